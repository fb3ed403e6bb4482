import type { Swept } from "@gift/core/outbox/sweep";

/** How one sweep ended: what it did, or that Postgres refused. */
export type SweepEnd = ({ readonly kind: "swept" } & Swept) | { readonly kind: "failed"; readonly err: unknown };

export interface SweepPace {
  /** Most rows that the next sweep claims. */
  limit(): number;
  /** Milliseconds until the next sweep. */
  pauseAfter(end: SweepEnd): number;
}

/** While SQS refuses everything, one batch call's worth of rows finds out whether it is back. */
const probe = 10;

/** Nothing got through: SQS is away or refuses every message. */
export function isBlocked({ published, error }: Swept): boolean {
  return published === 0 && error !== undefined;
}

/**
 * Decides when to sweep next and how much to claim: at once after a full sweep, a probe while SQS is away, an
 * exponential pause from 0.2 to 10 s while Postgres is.
 * @param options most rows of a sweep, and the pause between two that were not full
 */
export function createSweepPace(options: { batch: number; intervalMilliseconds: number }): SweepPace {
  let limit = options.batch;
  let failures = 0;

  return {
    limit: () => limit,
    pauseAfter(end) {
      if (end.kind === "failed") {
        failures += 1;
        return Math.min(10_000, 200 * 2 ** (failures - 1));
      }
      failures = 0;
      const { claimed, published } = end;
      const isFull = claimed >= limit;
      if (isBlocked(end)) limit = Math.min(probe, options.batch);
      else if (published > 0) limit = options.batch;
      return isFull && published > 0 ? 0 : options.intervalMilliseconds;
    },
  };
}
