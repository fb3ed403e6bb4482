import { gauge, isMeasuring, measure } from "./measure.ts";
import type { TagValue } from "./metric-tag.ts";

export interface PoolMetric {
  /** Measures one acquisition of a connection. */
  aroundAcquire<Connection>(acquire: () => Promise<Connection>): Promise<Connection>;
  /** Says how many wait; for `sampleGauges`. */
  sample(): void;
}

/**
 * Measures a pool of database connections.
 * @param pool its name in the metrics
 */
export function createPoolMetric(pool: TagValue<"pool">): PoolMetric {
  let waiting = 0;
  return {
    async aroundAcquire(acquire) {
      if (!isMeasuring()) return await acquire();
      const startedAt = performance.now();
      waiting += 1;
      try {
        return await acquire();
      } finally {
        // A wait that ended with an error was a wait as well: the pool gives up after 3 s.
        waiting -= 1;
        measure("gift.database.pool_wait", (performance.now() - startedAt) / 1_000, { pool });
      }
    },
    sample: () => gauge("gift.database.pool_waiting", waiting, { pool }),
  };
}
