/** Says whether one more trace may be begun now, and counts it if so. */
export type TraceBudget = () => boolean;

/**
 * A token bucket: so many traces a second on average, and a second's worth at once.
 * @param perSecond above 0; below 1 it is one trace now and then
 * @param now milliseconds on a clock that never goes back
 */
export function createTraceBudget(perSecond: number, now: () => number = () => performance.now()): TraceBudget {
  const most = Math.max(1, perSecond);
  let left = most;
  let at = now();
  return () => {
    const time = now();
    left = Math.min(most, left + ((time - at) * perSecond) / 1_000);
    at = time;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
