import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { ofEachQueue } from "@gift/fleet/each-queue";
import { spawnChild } from "@gift/local/process/spawn-child";
import { type Links, linkEnvironment } from "@gift/local/stack/service-spec";

/** One JSON line of a service's log. */
export interface LogLine {
  readonly event?: string;
  readonly [field: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartedProcess {
  readonly pid: number;
  /** Every JSON line that it has printed so far. */
  readonly logs: readonly LogLine[];
  /** Everything that it has printed so far, stderr included. */
  output(): string;
  /**
   * Resolves with the first line that has this event, printed already or yet to come.
   * @throws Error with the output, when the process ends or the deadline passes first
   */
  event(name: string, deadlineMilliseconds?: number): Promise<LogLine>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it is gone and its output is read. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, or SIGKILL after the deadline; resolves when it is gone. Harmless when it has ended. */
  stop(deadlineMilliseconds?: number): Promise<Exit>;
}

export interface ProcessOptions {
  /** The source file that Node runs, relative to the repository, e.g. `packages/api/src/main.ts`. */
  readonly entryPoint: string;
  readonly arguments?: readonly string[];
  /** Added to this process's own environment, of which nothing that a service reads is passed on. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where an entry point finds its resources: the same variables that SST sets. */
export function linkedEnvironment(options: {
  database: { host: string; port: number; database: string; user: string };
  queues?: Partial<Links["queues"]>;
}): Record<string, string> {
  const { host, port, database, user } = options.database;
  // Nobody listens there: a process that isn't given a queue must not reach one.
  const nowhere = "http://127.0.0.1:9/000000000000/";
  return linkEnvironment({
    database: { host, port, database, username: user, auth: "password", password: "" },
    queues: { ...ofEachQueue((name) => nowhere + name), ...options.queues },
  });
}

/**
 * Starts a real entry point as a child and waits until it logs `service.ready`. It ends with the test run at the
 * latest; a test stops it itself.
 * @throws Error with everything it printed, when it ends before it is ready
 */
export async function startProcess(options: ProcessOptions): Promise<StartedProcess> {
  const started = launchProcess(options);
  await started.event("service.ready");
  return started;
}

/** Starts an entry point and doesn't wait: for one that is expected to end by itself. */
export function launchProcess(options: ProcessOptions): StartedProcess {
  const child = spawnChild({
    command: [options.entryPoint, ...(options.arguments ?? [])],
    environment: options.environment,
  });
  const lines: string[] = [];
  const logs: LogLine[] = [];
  const waiting = new Set<() => void>();
  const read = (line: string) => {
    lines.push(line);
    if (line.startsWith("{")) logs.push(JSON.parse(line));
    for (const look of waiting) look();
  };
  follow(child.stdout, read);
  follow(child.stderr, read);
  let exit: Exit | undefined;
  const exited = once(child, "close").then(([code, signal]): Exit => {
    exit = { code, signal };
    for (const look of waiting) look();
    return exit;
  });
  const output = () => lines.join("\n");

  function event(name: string, deadlineMilliseconds = 15_000): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(deadline);
        waiting.delete(look);
        act();
      };
      const fail = (why: string) =>
        settle(() =>
          reject(new Error(`${options.entryPoint} ${why} before it logged ${name}; it printed:\n${output()}`)),
        );
      const look = () => {
        const line = logs.find((logged) => logged.event === name);
        if (line) settle(() => resolve(line));
        else if (exit) fail(`ended with ${exit.signal ?? exit.code}`);
      };
      const deadline = setTimeout(() => fail(`ran ${deadlineMilliseconds} ms`), deadlineMilliseconds);
      waiting.add(look);
      look();
    });
  }

  return {
    pid: child.pid ?? Number.NaN,
    logs,
    output,
    event,
    exited,
    kill: (signal) => void child.kill(signal),
    async stop(deadlineMilliseconds = 30_000) {
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), deadlineMilliseconds);
      const ended = await exited;
      clearTimeout(killer);
      return ended;
    },
  };
}

function follow(stream: Readable | null, read: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", read);
}
