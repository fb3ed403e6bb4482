/**
 * The value that a share of all values doesn't exceed (nearest rank).
 * @param sorted ascending
 * @param share 0 to 1
 * @returns null when there are none
 */
export function percentile(sorted: ArrayLike<number>, share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** p50 and p95 of unsorted values. */
export function quantiles(values: readonly number[]): { readonly p50: number | null; readonly p95: number | null } {
  const sorted = Float64Array.from(values).sort();
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
}
