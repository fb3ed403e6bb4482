import type { Thresholds } from "./threshold.ts";

/**
 * Where stages begin; a row replaces what it knows better. Starting points until a month of production has been seen.
 */
export const usualThresholds = {
  // Under twenty requests in ten minutes one failure is more than this: at such times a page may be about one client.
  apiErrorPercent: { critical: 5, warning: 2 },
  // The warning is the objective itself: more than 5 % over 300 ms is a p95 over 300 ms. What alerts spends the budget
  // four times too fast: below six times no burn rate says so, and reads have none.
  apiSlowPercent: { critical: 20, warning: 5 },
  // The promise itself: five minutes. CloudWatch tells a quarter of an hour later, so the burn rates of our own counts
  // may be first.
  queueAgeSeconds: { critical: 300, warning: 120 },
  // 1: every task there may be has all the work that the fleet's entry accepts.
  queueBacklogWaits: { critical: 1, warning: 0.5 },
  // The simulated provider fails one in five attempts, so 0.03 % of sends for good: 0.3 in five minutes at 3 sends a
  // second.
  sendFailures: { critical: 20, warning: 10 },
  // Each is told to the channel. More than ten in a quarter of an hour have one cause, which somebody has to stop.
  deadLetters: { critical: 10, warning: 0 },
  // A crash leaves rows behind for 5 s (decision 1), and the sweep takes them within a second.
  outboxAgeSeconds: { critical: 120, warning: 30 },
  // All backoffs together are under five minutes; what is older waits behind a backlog, or its message is lost.
  stuckGiftSeconds: { critical: 3_600, warning: 1_800 },
  databaseCpuPercent: { critical: 85, warning: 70 },
  // RDS adds storage when a tenth is free, of at least 20 GB: below 2 GiB it should have, below 1 it can't.
  databaseFreeGibibytes: { critical: 1, warning: 2 },
} as const satisfies Omit<Thresholds, "databaseConnections">;
