import { type ChildProcess, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { type Account, chooseAccount } from "./account.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { prepareDataFolder, superuser, UnusableDataFolderError } from "./data-folder.ts";
import { stopOrphan } from "./orphan.ts";

export interface PostgresOptions {
  /** Made when missing. The caller must be its only user: a live server found in it is taken for an orphan. */
  readonly dataFolder: string;
  readonly port: number;
  /** Of the superuser, set when the cluster is made. Without it every connection from this machine is trusted. */
  readonly password?: string;
  /** Server settings, e.g. `{ max_connections: 300 }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Takes each line the server logs. */
  readonly log?: (line: string) => void;
}

export interface PostgresServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly user: string;
  /** The postmaster itself; its exit is the server's end. */
  readonly process: ChildProcess;
  /** Ends sessions, flushes and exits; killed after ten seconds. Resolves when the process is gone. */
  stop(): Promise<void>;
}

const stopTimeoutMilliseconds = 10_000;
/** Backends of a postmaster that was killed hold its shared memory until they notice. */
const retryMilliseconds = 10_000;
const heldByOldProcess = /is still in use|lock file "postmaster\.pid" already exists/;

/**
 * Starts a real Postgres 18 on 127.0.0.1 and resolves when it accepts connections.
 * @throws UnusableDataFolderError when the folder's files can't be started from
 * @throws Error naming what the server said when it ended instead of starting
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const dataFolder = resolve(options.dataFolder);
  const binaries = await findBinaries();
  await mkdir(dirname(dataFolder), { recursive: true });
  const account = await chooseAccount(binaries, dataFolder);
  await stopOrphan(dataFolder, stopTimeoutMilliseconds);
  await prepareDataFolder(binaries, account, dataFolder, options.password);
  const deadline = Date.now() + retryMilliseconds;
  for (;;) {
    const child = spawnServer(binaries, account, { ...options, dataFolder });
    const lines = await readyOrEnd(child, options.log);
    if (lines === "ready") return server(child, options.port);
    if (!heldByOldProcess.test(lines) || Date.now() > deadline) throw failure(dataFolder, lines);
    await pause(200);
  }
}

function spawnServer(binaries: Binaries, account: Account, options: PostgresOptions): ChildProcess {
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: "", ...options.settings };
  const [program = binaries.postgres, ...words] = [
    ...[...account.prefix, binaries.postgres, "-D", options.dataFolder, "-p", String(options.port)],
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  // Its own process group, so that a Ctrl-C at the terminal doesn't end it before the services that use it.
  return spawn(program, words, { ...account.ids, cwd: "/", detached: true, stdio: ["ignore", "ignore", "pipe"] });
}

/** Resolves with "ready", or with what the server printed before it ended. */
function readyOrEnd(child: ChildProcess, log?: (line: string) => void): Promise<string> {
  const printed: string[] = [];
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(printed.join("\n")));
    if (!child.stderr) return reject(new Error("Postgres was started without a pipe for its log"));
    createInterface({ input: child.stderr }).on("line", (line) => {
      log?.(line);
      if (line.includes("database system is ready to accept connections")) resolve("ready");
      else if (printed.length < 50) printed.push(line);
    });
  });
}

function failure(folder: string, lines: string): Error {
  const reason = /(?:FATAL|PANIC): +(.*)/.exec(lines)?.[1] ?? lines;
  if (/could not bind|could not create any TCP/.test(lines)) return new Error(`Postgres can't listen: ${lines}`);
  return new UnusableDataFolderError(`Postgres can't start from ${folder}: ${reason}.`);
}

function server(child: ChildProcess, port: number): PostgresServer {
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    host: "127.0.0.1",
    port,
    user: superuser,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGINT");
      const killer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMilliseconds);
      await exited;
      clearTimeout(killer);
    },
  };
}
