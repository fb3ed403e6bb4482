import { createHash, randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StackError } from "../command/usage-error.ts";
import { freePort } from "../free-port.ts";

export type EmbeddedServer = "postgres" | "sqs";

/** Below the ports that Linux and macOS hand out by themselves. */
const ports = { first: 20_000, count: 10_000 };

/**
 * A free port for an embedded server: last run's if possible, so that a saved connection keeps working. The first
 * choice depends on the folder, because two stacks that start together would both find a fixed one free.
 * @param dataFolder remembers the choice
 */
export async function stablePort(dataFolder: string, server: EmbeddedServer): Promise<number> {
  const file = join(dataFolder, `${server}.port`);
  const last = Number(await readFile(file, "utf8").catch(() => "0"));
  const own = createHash("sha256").update(`${server} ${dataFolder}`).digest().readUInt32BE() % ports.count;
  const port = await freePort([...(last > 0 ? [last] : []), ports.first + own]);
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
