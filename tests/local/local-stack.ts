import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { freePort } from "@gift/local/free-port";
import { repositoryFolder } from "@gift/local/repository";
import { until } from "@gift/rehearsal/until";
import { onTestFinished } from "vitest";
import { isAlive } from "./alive.ts";
import { type Command, run } from "./command.ts";

const program = join(repositoryFolder, "packages/local/src/main.ts");
const demoProgram = join(repositoryFolder, "packages/local/src/demo.ts");

/** Runs `bun run local` with these flags, without waiting for anything. */
export function local(...flags: readonly string[]): Command {
  return run([program, ...flags]);
}

/** Runs `bun run demo` with these flags against a started stack, linked to its database. */
export function demo(dataFolder: string, ...flags: readonly string[]): Command {
  return run([`--env-file=${join(dataFolder, "env")}`, demoProgram, ...flags]);
}

export interface LocalStack extends Command {
  readonly address: string;
  readonly consoleAddress: string;
  readonly dataFolder: string;
  /** The process that the summary, or a later notice, names. */
  pidOf(name: string): number;
  /** Every process below the supervisor at this moment. */
  descendants(): readonly number[];
}

/** Starts the whole stack on a folder and a port of its own and waits until it says that it's ready. */
export function startStack(dataFolder: string, ...flags: readonly string[]): Promise<LocalStack> {
  return startStackWith({}, dataFolder, ...flags);
}

/** The same with variables in its environment, e.g. DATABASE_URL. */
export async function startStackWith(
  environment: Readonly<Record<string, string>>,
  dataFolder: string,
  ...flags: readonly string[]
): Promise<LocalStack> {
  const port = await freePort();
  const consolePort = await freePort();
  const ports = ["--port", `${port}`, "--console-port", `${consolePort}`];
  const words = [program, "--data-dir", dataFolder, ...ports, "--workers", "1", ...flags];
  const command = run(words, environment);
  onTestFinished(() => removeStack(command));
  await command.printed(/is ready \(/, 40);
  return {
    ...command,
    address: `http://127.0.0.1:${port}`,
    consoleAddress: `http://127.0.0.1:${consolePort}`,
    dataFolder,
    pidOf(name) {
      const named = command.output().matchAll(new RegExp(`${name} +(?:is back \\()?pid (\\d+)`, "g"));
      return Number(Array.from(named).at(-1)?.[1]);
    },
    descendants: () => descendantsOf(command.pid),
  };
}

/**
 * Its children stop by themselves, and write into the data folder until they have; the services needn't drain first.
 */
async function removeStack(command: Command): Promise<void> {
  const pids = descendantsOf(command.pid);
  command.kill("SIGKILL");
  await command.exited;
  for (const pid of pids) if (/packages\/(api|console|worker)\//.test(nameOf(pid))) process.kill(pid, "SIGKILL");
  await allGone(pids);
}

/** Waits until none of these processes is left. */
export async function allGone(pids: readonly number[], seconds = 20): Promise<void> {
  const names = new Map(pids.map((pid) => [pid, nameOf(pid)]));
  for (const pid of pids)
    await until(`the end of ${names.get(pid)}`, async () => !(await isAlive(pid)), seconds * 1_000);
}

function nameOf(pid: number): string {
  const row = spawnSync("ps", ["-p", `${pid}`, "-o", "pid=,stat=,args="], { encoding: "utf8" }).stdout;
  return row.trim();
}

/** Every process below this one at this moment. */
export function descendantsOf(root: number): number[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const parents = new Map(
    rows.map((row) => row.trim().split(/\s+/).map(Number)).map(([pid = 0, ppid = 0]) => [pid, ppid]),
  );
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isBelow(parent));
  };
  return Array.from(parents.keys()).filter(isBelow);
}
