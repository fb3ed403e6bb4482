/** Delay before a failed message is visible again. */
export interface Backoff {
  readonly baseSeconds: number;
  readonly factor: number;
  readonly capSeconds: number;
}

/** The longest SQS hides a message, counted from its receive. */
export const longestInvisibilitySeconds = 43_200;

/**
 * Equal jitter: of `min(cap, base × factor^(receiveCount - 1))` half is fixed and half random, so that messages that
 * failed together don't come back together, yet none comes back at once ("Exponential Backoff And Jitter", AWS
 * Architecture Blog).
 * @param receiveCount 1 for the first receive
 * @param random a number in [0, 1)
 * @returns whole seconds, 0 to 43,200
 */
export function backoffSeconds(backoff: Backoff, receiveCount: number, random: number): number {
  // Finite: a base of 0 times infinity would be no number at all.
  const growth = Math.min(Number.MAX_VALUE, backoff.factor ** (Math.max(1, receiveCount) - 1));
  const grown = backoff.baseSeconds * growth;
  const full = Math.min(backoff.capSeconds, longestInvisibilitySeconds, grown);
  const least = Math.ceil(full / 2);
  const most = Math.max(least, Math.floor(full));
  return least + Math.floor(random * (most - least + 1));
}

/**
 * Delay before a call to SQS that failed is made again: exponential from 200 ms to 10 s, half of it random.
 * @param failures failures in a row, at least 1
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function callBackoffMilliseconds(failures: number, random: number): number {
  const full = Math.min(10_000, 200 * 2 ** (failures - 1));
  return full / 2 + (random * full) / 2;
}
