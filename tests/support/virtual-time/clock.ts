import { currentProcess, type SimulatedProcess } from "./process.ts";

/** A timer of the virtual clock, as `setTimeout` returns one. */
export class VirtualTimer {
  readonly owner: SimulatedProcess | undefined = currentProcess();
  readonly run: () => void;
  /** For an interval. */
  readonly periodMilliseconds: number | undefined;
  at: number;
  isCancelled: boolean = false;

  constructor(run: () => void, at: number, periodMilliseconds?: number) {
    this.run = run;
    this.at = at;
    this.periodMilliseconds = periodMilliseconds;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Captured before anything is replaced: a turn of the real event loop. */
const realImmediate = setImmediate;
const turn = () => new Promise<void>((resolve) => realImmediate(() => resolve()));

/**
 * A clock that stands still while anything can happen without time passing, and then jumps to the next timer. Hours
 * take milliseconds, and two runs of the same program are the same to the microtask.
 */
export class VirtualClock {
  /** What is set, soonest first; of one instant, in the order of setting. */
  readonly #timers: VirtualTimer[] = [];
  #now = 0;
  #realWork = 0;
  #realWorkEnded = Promise.withResolvers<void>();

  /** Milliseconds since the clock began. */
  now(): number {
    return this.#now;
  }

  setTimer(run: () => void, milliseconds: number, isRepeated = false): VirtualTimer {
    // As in Node: less than 1 ms, or no number at all, is 1 ms.
    const delay = Math.max(1, milliseconds || 1);
    const timer = new VirtualTimer(run, this.#now + delay, isRepeated ? delay : undefined);
    this.#insert(timer);
    return timer;
  }

  /** Time stands still until this work of the real world (a query, say) has settled. */
  async real<Result>(work: Promise<Result>): Promise<Result> {
    this.#realWork += 1;
    try {
      return await work;
    } finally {
      this.#realWork -= 1;
      if (this.#realWork === 0) this.#realWorkEnded.resolve();
    }
  }

  /**
   * Runs a body, and time with it, until the body has settled.
   * @throws what the body throws; an Error when it waits for something that can't happen any more
   */
  async run<Result>(body: () => Promise<Result>): Promise<Result> {
    let isSettled = false;
    const result = body().finally(() => {
      isSettled = true;
    });
    // Whoever awaits `result` below hears of a rejection; until then it isn't an unhandled one.
    result.catch(() => undefined);
    for (await this.#quiet(); !isSettled; await this.#quiet())
      if (!this.#fireNext()) throw new Error("everybody waits, and nothing is going to happen");
    return await result;
  }

  /** Resolves when nothing more happens at this instant. */
  async #quiet(): Promise<void> {
    await turn();
    while (this.#realWork > 0) {
      this.#realWorkEnded = Promise.withResolvers();
      await this.#realWorkEnded.promise;
      await turn();
    }
  }

  #fireNext(): boolean {
    const timer = this.#takeNext();
    if (!timer) return false;
    this.#now = Math.max(this.#now, timer.at);
    if (timer.periodMilliseconds !== undefined) this.#repeat(timer, timer.periodMilliseconds);
    const run = () => {
      if (!timer.isCancelled) timer.run();
    };
    if (timer.owner) timer.owner.deliver(run);
    else run();
    return true;
  }

  #takeNext(): VirtualTimer | undefined {
    let timer = this.#timers.shift();
    while (timer?.isCancelled || timer?.owner?.isDead) timer = this.#timers.shift();
    return timer;
  }

  #repeat(timer: VirtualTimer, periodMilliseconds: number): void {
    timer.at = this.#now + periodMilliseconds;
    this.#insert(timer);
  }

  #insert(timer: VirtualTimer): void {
    let index = this.#timers.length;
    while (index > 0 && (this.#timers[index - 1]?.at ?? 0) > timer.at) index -= 1;
    this.#timers.splice(index, 0, timer);
  }
}
