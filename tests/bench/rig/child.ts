import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "../../support/sources.ts";
import type { Reply } from "../process/obey.ts";

/** What a command answers. */
export type Answer = Readonly<Record<string, number | undefined>>;

/** A process that the bench started. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /**
   * Has it do something, of what its entry point offers (`process/obey.ts`).
   * @throws Error with what it threw, or with its last words when it has ended
   */
  ask(command: string, argument?: unknown): Promise<Answer>;
  /** SIGTERM, then SIGKILL; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  /** Words after `node`. */
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const startTimeoutMilliseconds = 60_000;
const stopTimeoutMilliseconds = 20_000;
const shownOutput = 4_000;

/** Ends it when this process is gone, even by SIGKILL. */
const preload = join(root, "packages/local/src/process/stop-with-parent.ts");

let started = 0;

/**
 * Starts a process and waits until it prints `service.ready`, as every service and every entry point of `process/`
 * does. What it prints goes to a file, as to a log driver that keeps up: into a pipe that this process has to empty, a
 * service that logs two lines per gift would wait for us.
 * @param folder for its output
 * @throws Error with what it printed when it ends or takes too long
 */
export async function startChild(folder: string, options: ChildOptions): Promise<Child> {
  started += 1;
  const output = join(folder, `${started}.log`);
  const child = spawnInto(output, options);
  const exited = once(child, "exit");
  const asking = new Asking(options.name, child, output);
  await ready(options.name, child, output);
  return {
    name: options.name,
    pid: child.pid ?? Number.NaN,
    ask: (command, argument) => asking.ask(command, argument),
    async stop() {
      if (hasEnded(child)) return;
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMilliseconds);
      await exited;
      clearTimeout(killer);
    },
  };
}

function spawnInto(output: string, { command, environment }: ChildOptions): ChildProcess {
  const file = openSync(output, "w");
  const child = spawn(process.execPath, ["--import", preload, ...command], {
    cwd: root,
    // Nothing of what a shell may carry for another account, stage or program.
    env: { PATH: process.env.PATH, ...environment },
    // Its own process group: a Ctrl-C at the terminal reaches it through us.
    detached: true,
    stdio: ["ignore", file, file, "ipc"],
  });
  closeSync(file);
  return child;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function ready(name: string, child: ChildProcess, output: string): Promise<void> {
  const deadline = performance.now() + startTimeoutMilliseconds;
  while (!readFileSync(output, "utf8").includes("service.ready")) {
    if (hasEnded(child)) throw new Error(`${name} ended at once: ${lastWords(output)}`);
    if (performance.now() > deadline) throw new Error(`${name} isn't ready after 60 s: ${lastWords(output)}`);
    await pause(5);
  }
}

function lastWords(output: string): string {
  return readFileSync(output, "utf8").slice(-shownOutput);
}

/** Requests and replies over the IPC channel, as JSON text. */
class Asking {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<Answer>>();
  #lastId = 0;

  constructor(name: string, child: ChildProcess, output: string) {
    this.#name = name;
    this.#child = child;
    child.on("message", (message) => this.#answered(JSON.parse(String(message))));
    child.once("exit", () => {
      for (const each of this.#open.values()) each.reject(new Error(`${name} ended: ${lastWords(output)}`));
    });
  }

  ask(command: string, argument: unknown): Promise<Answer> {
    this.#lastId += 1;
    const reply = Promise.withResolvers<Answer>();
    this.#open.set(this.#lastId, reply);
    this.#child.send(JSON.stringify({ id: this.#lastId, command, argument }), (err) => err && reply.reject(err));
    return reply.promise;
  }

  #answered(reply: Reply): void {
    const asked = this.#open.get(reply.id);
    this.#open.delete(reply.id);
    if (reply.error === undefined) asked?.resolve(reply.answer ?? {});
    else asked?.reject(new Error(`${this.#name}: ${reply.error}`));
  }
}
