import { setTimeout as pause } from "node:timers/promises";

const intervalMilliseconds = 100;

/**
 * Waits until something is so, or an attempt no longer throws.
 * @param what named in the error
 * @param attempt asked again and again
 * @param patienceMilliseconds after that it gives up
 * @throws Error that names what was waited for, its cause the last attempt's
 */
export async function until(
  what: string,
  attempt: () => Promise<boolean> | boolean,
  patienceMilliseconds = 120_000,
): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    let cause: unknown;
    try {
      if (await attempt()) return;
    } catch (err) {
      cause = err;
    }
    if (Date.now() > deadline) throw new Error(`waited ${patienceMilliseconds / 1_000} s for ${what}`, { cause });
    await pause(intervalMilliseconds);
  }
}
