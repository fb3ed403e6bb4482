/** Where a monitor warns and where it alerts. */
export interface Pair {
  readonly critical: number;
  readonly warning: number;
}

/** The numbers that differ between stages or that experience will move: `infra/stage-table.ts` holds them. */
export interface Thresholds {
  /** Requests answered 5xx, by tasks or the load balancer, of 100. */
  readonly apiErrorPercent: Pair;
  /** Requests that take longer than the objective allows, of 100. */
  readonly apiSlowPercent: Pair;
  /** Age of the oldest message of a queue. */
  readonly queueAgeSeconds: Pair;
  /**
   * Messages waiting, in multiples of what all tasks of the consumer together finish in the wait that its fleet entry
   * accepts.
   */
  readonly queueBacklogWaits: Pair;
  /** Sends that failed for good or unexpectedly, in log lines per five minutes. */
  readonly sendFailures: Pair;
  /** New dead letters in fifteen minutes. */
  readonly deadLetters: Pair;
  /** Age of the oldest committed message that SQS hasn't got. */
  readonly outboxAgeSeconds: Pair;
  /** Since the accepted send of the longest QUEUED gift. */
  readonly stuckGiftSeconds: Pair;
  readonly databaseCpuPercent: Pair;
  /** Connections to Postgres. */
  readonly databaseConnections: Pair;
  /** Free storage in gibibytes: alerts below. */
  readonly databaseFreeGibibytes: Pair;
}
