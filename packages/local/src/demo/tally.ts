/** What has happened to the demo's gifts so far. */
export interface Tally {
  readonly asked: number;
  /** Ctrl-C ended it early. */
  isInterrupted: boolean;
  /** Gifts that a first request was made for. */
  begun: number;
  created: number;
  accepted: number;
  sent: number;
  failed: number;
  /** Requests that were made again because the API was away or busy. */
  clientRetries: number;
  /** From the accepted request leaving here to the gift being SENT, one per sent gift. */
  readonly latenciesMilliseconds: number[];
  /** The first reason why a gift couldn't be created, sent or followed, if any. */
  firstError?: string;
}

/** @param asked how many gifts the demo is to send */
export function createTally(asked: number): Tally {
  const counts = { begun: 0, created: 0, accepted: 0, sent: 0, failed: 0, clientRetries: 0 };
  return { asked, isInterrupted: false, ...counts, latenciesMilliseconds: [] };
}

/** Gifts that neither were SENT nor FAILED: there must be none, unless it was interrupted. */
export function unaccounted(tally: Tally): number {
  return tally.asked - tally.sent - tally.failed;
}

/** Where an interrupted demo's unaccounted gifts are: some under way, the others never begun with. */
export function interrupted({ asked, begun, sent, failed }: Tally): { onTheirWay: number; neverCreated: number } {
  return { onTheirWay: begun - sent - failed, neverCreated: asked - begun };
}

/**
 * The nearest-rank percentile: the smallest value that at least this share of the values doesn't exceed.
 * @param share 0 to 1
 * @returns undefined when there are no values
 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
