/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** How many measurements; 0 makes the rest NaN. */
  readonly count: number;
}

/**
 * The median and the extremes: with three to seven measurements a standard deviation would say less and look like more.
 * @param values in any order
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, low: at(0), high: at(sorted.length - 1), count: sorted.length };
}

/**
 * A percentile by the nearest rank.
 * @param sorted ascending
 * @param share 0 to 1
 */
export function percentileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
