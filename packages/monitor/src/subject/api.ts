import { objectives } from "@gift/telemetry/objective";
import type { Definition } from "../definition.ts";
import type { Deployment } from "../deployment.ts";
import { own } from "../series.ts";

const { thresholdMilliseconds } = objectives.latency;

/**
 * How the API feels, by its own count of slow answers: of every request and every operation, within seconds, health
 * checks left out. More than 5 % of them is a p95 above the limit (decision 25: why it isn't asked as one).
 */
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
          is: "percentage",
          of: [own("gift.http.responses", "sum", { is_fast: "false" })],
          among: own("gift.http.responses", "sum"),
        },
        during: "sum",
        windowMinutes: 10,
        comparator: ">",
        thresholds: thresholds.apiSlowPercent,
        onMissingData: "default",
      },
      impact: `More than ${thresholds.apiSlowPercent.critical} of 100 requests take over ${thresholdMilliseconds} ms.`,
      firstChecks: [
        "Which operation: percent of requests that are slow, on the dashboard",
        "`gift.database.pool_wait`: above a few milliseconds the pool is the bottleneck",
        "CPU of the tasks and of the database; a slow trace shows the statement",
      ],
    },
  ];
}
