import type { Definition, MetricCondition } from "../definition.ts";
import type { Deployment } from "../deployment.ts";
import type { CloudWatchMetric } from "../outside-metric.ts";
import { database } from "../series.ts";
import type { Pair } from "../threshold.ts";

const bytesPerGibibyte = 1_073_741_824;

/** What the database runs out of. */
export function databaseMonitors({ thresholds }: Deployment): readonly Definition[] {
  return [
    {
      id: "database-cpu",
      key: "database-cpu",
      title: "The database's CPU is busy",
      priority: 2,
      condition: condition("aws.rds.cpuutilization", ">", thresholds.databaseCpuPercent),
      impact: "Requests and sends get slower; at 100 % they begin to time out.",
      firstChecks: [
        "Which statement: Performance Insights, or the slow statements in its log",
        "More traffic than usual, or a statement that lost its index after a deploy",
      ],
    },
    {
      id: "database-connections",
      key: "database-connections",
      title: "The database is short of connections",
      priority: 2,
      condition: condition("aws.rds.database_connections", ">", thresholds.databaseConnections),
      impact: "Soon new connections are refused: the API answers 503, workers stop polling.",
      firstChecks: [
        "How many tasks run: each holds as many connections as its pool",
        "Old tasks that did not end after a deploy",
        "Who holds them: `pg_stat_activity` by user and state",
      ],
    },
    {
      id: "database-storage",
      key: "database-storage",
      title: "The database's storage fills up",
      priority: 2,
      condition: condition("aws.rds.free_storage_space", "<", inBytes(thresholds.databaseFreeGibibytes)),
      impact: "None yet. A full disk stops every write: no gift is created, accepted or marked as sent.",
      firstChecks: [
        "Storage grows by itself up to the stage's limit, at most every six hours: has it reached the limit",
        "What grows: the largest tables, or WAL that a replication slot keeps",
      ],
    },
  ];
}

function condition(
  metric: CloudWatchMetric,
  comparator: MetricCondition["comparator"],
  thresholds: Pair,
): MetricCondition {
  return {
    kind: "metric",
    formula: { is: "series", of: database(metric) },
    during: "avg",
    windowMinutes: 15,
    comparator,
    thresholds,
    onMissingData: "show_no_data",
  };
}

function inBytes({ critical, warning }: Pair): Pair {
  return { critical: critical * bytesPerGibibyte, warning: warning * bytesPerGibibyte };
}
