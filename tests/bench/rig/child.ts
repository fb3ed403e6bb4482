import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { spawnChild } from "@gift/local/process/spawn-child";
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

const startTimeoutMilliseconds = 30_000;
const stopTimeoutMilliseconds = 20_000;
const keptOutput = 4_000;

/**
 * Starts a process and waits until it prints `service.ready`, as every service and every entry point of `process/` does.
 * @throws Error with what it printed when it ends or takes too long
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawnChild({ command: options.command, environment: options.environment ?? {} });
  const words = lastWords(child);
  const exited = once(child, "exit");
  const asking = new Asking(options.name, child, words);
  await ready(options.name, child, words);
  return {
    name: options.name,
    pid: child.pid ?? Number.NaN,
    ask: (command, argument) => asking.ask(command, argument),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMilliseconds);
      await exited;
      clearTimeout(killer);
    },
  };
}

interface LastWords {
  text: string;
}

/** Keeps reading, cheaply, what it prints: a service that logs into a full pipe would wait. */
function lastWords(child: ChildProcess): LastWords {
  const words = { text: "" };
  const keep = (chunk: Buffer) => {
    words.text = (words.text + chunk.toString("latin1")).slice(-keptOutput);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return words;
}

async function ready(name: string, child: ChildProcess, words: LastWords): Promise<void> {
  const deadline = performance.now() + startTimeoutMilliseconds;
  while (!words.text.includes("service.ready")) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended at once: ${words.text}`);
    if (performance.now() > deadline) throw new Error(`${name} isn't ready after 30 s: ${words.text}`);
    await pause(5);
  }
}

/** Requests and replies over the IPC channel, as JSON text. */
class Asking {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<Answer>>();
  #lastId = 0;

  constructor(name: string, child: ChildProcess, words: LastWords) {
    this.#name = name;
    this.#child = child;
    child.on("message", (message) => this.#answered(JSON.parse(String(message))));
    child.once("exit", () => {
      for (const each of this.#open.values()) each.reject(new Error(`${name} ended: ${words.text}`));
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
