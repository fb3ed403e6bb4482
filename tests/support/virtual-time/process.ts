import { AsyncLocalStorage } from "node:async_hooks";

/**
 * What stands for an operating system's process: everything that runs inside it, its timers included, stops together.
 * Several of them share one real process, so that a test holds the clock of them all.
 */
export class SimulatedProcess {
  readonly name: string;
  #state: "running" | "frozen" | "dead" = "running";
  readonly #held: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get isDead(): boolean {
    return this.#state === "dead";
  }

  /** Runs code as this process: timers that it sets, however late, belong to the process. */
  run<Result>(code: () => Result): Result {
    return current.run(this, code);
  }

  /** Delivers an event: now, after the thaw, or never. */
  deliver(event: () => void): void {
    if (this.#state === "frozen") this.#held.push(event);
    else if (this.#state === "running") this.run(event);
  }

  /** SIGKILL: nothing of it runs again, and nothing it waits for arrives. */
  kill(): void {
    this.#state = "dead";
    this.#held.length = 0;
  }

  /** SIGSTOP: the world goes on, and its events wait. */
  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  /** SIGCONT. */
  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    for (const event of this.#held.splice(0)) this.deliver(event);
  }
}

const current = new AsyncLocalStorage<SimulatedProcess | undefined>();

/** The process whose code runs now; undefined in the test itself and in what stands for the outside. */
export function currentProcess(): SimulatedProcess | undefined {
  return current.getStore();
}

/** Runs code as nobody: what happens outside goes on when a process dies. */
export function outside<Result>(code: () => Result): Result {
  return current.run(undefined, code);
}
