import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";
import { VirtualClock, VirtualTimer } from "./clock.ts";
import { outside } from "./process.ts";
import { createRandom } from "./random.ts";

export interface VirtualTimeOptions {
  /** Decides every `Math.random()`: the jitter of backoffs among others. */
  readonly seed: number;
  /** What `Date.now()` says at the beginning, in milliseconds since 1970. */
  readonly startsAt?: number;
}

const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
};
const realPromises = { setTimeout: timersPromises.setTimeout };
const realNow = { performance: performance.now, date: Date.now, random: Math.random };

/**
 * Runs a body in virtual time: timers, `performance.now`, `Date.now` and `Math.random` of everything it calls.
 * Replacing the globals leaves the code under test as it is in production; a clock handed through its thirteen classes
 * would be there for tests alone. (Vitest's fake timers don't reach `node:timers/promises`, need a hand to move them,
 * and don't exist in the plain Node processes of the mutation tests.)
 */
export async function inVirtualTime<Result>(
  options: VirtualTimeOptions,
  body: (clock: VirtualClock) => Promise<Result>,
): Promise<Result> {
  const clock = new VirtualClock();
  install(clock, options);
  try {
    return await outside(() => clock.run(() => body(clock)));
  } finally {
    uninstall();
  }
}

function install(clock: VirtualClock, { seed, startsAt = Date.UTC(2026, 0, 1) }: VirtualTimeOptions): void {
  Object.assign(globalThis, timersOf(clock));
  Object.assign(timersPromises, { setTimeout: (...args: SleepArguments) => sleep(clock, ...args) });
  syncBuiltinESMExports();
  // Not from zero: a monotonic clock that has just begun hides mistakes with defaults of zero.
  performance.now = () => 1_000_000 + clock.now();
  Date.now = () => startsAt + Math.floor(clock.now());
  Math.random = createRandom(seed);
}

function uninstall(): void {
  Object.assign(globalThis, real);
  Object.assign(timersPromises, realPromises);
  syncBuiltinESMExports();
  performance.now = realNow.performance;
  Date.now = realNow.date;
  Math.random = realNow.random;
}

function timersOf(clock: VirtualClock): object {
  type Callback = (...args: unknown[]) => void;
  const clear = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.isCancelled = true;
    // One that was set before, by the test runner for instance.
    else if (timer instanceof Object) real.clearTimeout(timer as NodeJS.Timeout);
  };
  return {
    setTimeout: (callback: Callback, delay = 1, ...args: unknown[]) => clock.setTimer(() => callback(...args), delay),
    setInterval: (callback: Callback, delay = 1, ...args: unknown[]) =>
      clock.setTimer(() => callback(...args), delay, true),
    clearTimeout: clear,
    clearInterval: clear,
  };
}

type SleepArguments = [milliseconds?: number, value?: unknown, options?: { signal?: AbortSignal }];

/** As `node:timers/promises` does: rejects when the signal aborts. */
function sleep(clock: VirtualClock, ...[milliseconds = 1, value, { signal } = {}]: SleepArguments): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  if (signal?.aborted) return Promise.reject(signal.reason);
  const abort = () => {
    timer.isCancelled = true;
    reject(signal?.reason);
  };
  const timer = clock.setTimer(() => {
    signal?.removeEventListener("abort", abort);
    resolve(value);
  }, milliseconds);
  signal?.addEventListener("abort", abort, { once: true });
  return promise;
}
