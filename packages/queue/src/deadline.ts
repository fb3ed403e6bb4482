import { setTimeout as sleep } from "node:timers/promises";

/** Sleeps, but no longer than until the signal aborts. Never rejects. */
export async function sleepUnless(signal: AbortSignal, milliseconds: number): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Waits for the promise, but not past the deadline; leaves no timer behind. Answers whether it resolved in time. */
export async function resolvesWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const inTime = promise.then(() => true);
  const late = sleepUnless(timer.signal, Math.max(0, milliseconds)).then(() => false);
  try {
    return await Promise.race([inTime, late]);
  } finally {
    timer.abort();
  }
}
