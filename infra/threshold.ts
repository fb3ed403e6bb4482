import type { Thresholds } from "@gift/monitor/threshold";
import { usualThresholds } from "@gift/monitor/usual-threshold";
import type { DatabaseRow } from "./stage-row.ts";

/**
 * Postgres's `max_connections` on RDS is `DBInstanceClassMemory / 9531392`, and that memory is what RDS leaves of 1, 2
 * or 4 GiB. Rounded down; `show max_connections` tells.
 */
const connectionLimits: Readonly<Record<DatabaseRow["instance"], number>> = {
  "t4g.micro": 80,
  "t4g.small": 180,
  "t4g.medium": 400,
};

/**
 * A stage's thresholds.
 * @param instance of its database, which sets how many connections there can be
 */
export function thresholdsFor(instance: DatabaseRow["instance"]): Thresholds {
  const limit = connectionLimits[instance];
  return { ...usualThresholds, databaseConnections: { critical: limit * 0.8, warning: limit * 0.6 } };
}
