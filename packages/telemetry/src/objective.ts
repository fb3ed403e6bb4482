/**
 * What is promised: the four objectives of docs/observability.md#slos-and-how-to-revise-them. The only place where
 * their numbers are written; the code that judges a request or a send, the monitors, the dashboard and that page read
 * them here.
 */
export const objectives = {
  /** Requests that are answered with anything but a 5xx. */
  availability: { targetPercent: 99.9, windowDays: 30 },
  /** The p95 of the two operations that clients wait for, as a share: shares of tasks and hours can be added. */
  latency: { targetPercent: 95, thresholdMilliseconds: 300, operations: ["createGift", "sendGift"], windowDays: 30 },
  /** Accepted sends that reach SENT; one that ends FAILED was not in time. */
  delivery: { targetPercent: 95, thresholdSeconds: 300, windowDays: 30 },
  /** Any is one too many: each is a gift that somebody waits for and that nobody will send unless an operator acts. */
  deadLetters: { most: 0, windowDays: 1 },
} as const;

/**
 * Whether an answer was fast enough for the objective. The limit itself is not: the promise is "under 300 ms".
 * @param milliseconds from the request's headers to the end of the answer
 */
export function isFast(milliseconds: number): boolean {
  return milliseconds < objectives.latency.thresholdMilliseconds;
}

/**
 * Whether a send reached SENT in time. The limit itself is in time: the promise is "within 5 minutes".
 * @param seconds from the accepted send request to SENT
 */
export function isInTime(seconds: number): boolean {
  return seconds <= objectives.delivery.thresholdSeconds;
}
