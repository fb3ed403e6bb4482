import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { spawnChild } from "../process/spawn-child.ts";
import { superuser } from "./data-folder.ts";

export interface KeptPostgres {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly user: string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** Words after `node` that run the keeper process (main.ts). */
export function keeperCommand(options: KeeperOptions): readonly string[] {
  return [
    ...[fileURLToPath(new URL("main.ts", import.meta.url))],
    ...["--data-folder", options.dataFolder, "--port", String(options.port)],
    ...Object.entries(options.settings ?? {}).flatMap(([name, value]) => ["--setting", `${name}=${value}`]),
  ];
}

export interface KeeperOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly settings?: Readonly<Record<string, string | number>>;
}

/**
 * Starts a Postgres that ends, and whose data is removed, when `stop` is called or this process is gone for any reason.
 * @throws Error with what the keeper printed when it ended instead of becoming ready
 */
export async function keepTemporaryPostgres(options: KeeperOptions): Promise<KeptPostgres> {
  const child = spawnChild({ command: [...keeperCommand(options), "--temporary"], environment: {} });
  const exited = once(child, "exit");
  const printed = await firstOutput(child);
  if (!printed.includes("service.ready")) throw new Error(`the test run's Postgres didn't start: ${printed}`);
  return {
    host: "127.0.0.1",
    port: options.port,
    user: superuser,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** What it printed until it was ready on stdout, or everything when it ended before. */
function firstOutput(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    child.once("error", reject);
    child.once("close", () => resolve(printed));
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      printed = (printed + chunk).slice(-10_000);
    });
    child.stdout?.setEncoding("utf8").on("data", resolve);
  });
}
