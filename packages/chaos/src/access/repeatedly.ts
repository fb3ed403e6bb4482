import { setTimeout as pause } from "node:timers/promises";

/** Does something again and again, with a pause after each time, until it is told to end. */
export async function repeatedly(
  pauseMilliseconds: number,
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    await work();
    await pause(pauseMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}
