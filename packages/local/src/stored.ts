import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { StackError } from "./usage-error.ts";

/** Where the embedded servers listen when nobody else does; chosen apart from the servers' usual ports. */
const preferredPorts = { postgres: 54_329, sqs: 54_330 };

export type EmbeddedServer = keyof typeof preferredPorts;

/**
 * A free port for an embedded server: last run's if possible, so that a saved connection keeps working.
 * @param dataFolder remembers the choice
 */
export async function stablePort(dataFolder: string, server: EmbeddedServer): Promise<number> {
  const file = join(dataFolder, `${server}.port`);
  const last = Number(await readFile(file, "utf8").catch(() => "0"));
  const port = await freePort(last > 0 ? [last, preferredPorts[server]] : [preferredPorts[server]]);
  await writeFile(file, String(port));
  return port;
}

/**
 * The password of the embedded Postgres, made with the cluster: without one, every user of this machine would be its
 * superuser, who may run programs.
 * @throws StackError when the cluster exists and its password is lost
 */
export async function storedPassword(dataFolder: string): Promise<string> {
  const file = join(dataFolder, "postgres.password");
  const stored = await readFile(file, "utf8").catch(() => undefined);
  if (stored) return stored;
  if (await stat(join(dataFolder, "postgres")).catch(() => undefined))
    throw new StackError(
      `${file} is missing, so the database can't be opened: put it back, or start over with --fresh.`,
    );
  const password = randomBytes(18).toString("base64url");
  await writeFile(file, password, { mode: 0o600 });
  return password;
}
