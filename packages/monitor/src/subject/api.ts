import type { Definition } from "../definition.ts";
import type { Deployment } from "../deployment.ts";
import { agent } from "../series.ts";

/** How the API feels, from traces: they arrive in seconds, health checks are left out. */
export function apiMonitors({ thresholds }: Deployment): readonly Definition[] {
  return [
    {
      id: "api-latency",
      key: "api-latency",
      title: "The API is slow",
      priority: 2,
      condition: {
        kind: "metric",
        formula: {
          is: "series",
          of: agent("trace.web.request", "p95", "api"),
        },
        during: "percentile",
        windowMinutes: 10,
        comparator: ">",
        thresholds: thresholds.apiLatencySeconds,
        onMissingData: "default",
      },
      impact: "One request in twenty takes longer than clients were promised.",
      firstChecks: [
        "Where the time goes: a slow trace shows the wait for a connection, the statement or the process",
        "`gift.database.pool_wait`: above a few milliseconds the pool is the bottleneck",
        "CPU of the tasks and of the database",
      ],
    },
  ];
}
