import type { ColumnType, Generated } from "kysely";

/** How an attempt ended. An attempt without an outcome is running, or its process died. */
export type AttemptOutcome = "SENT" | "RETRY" | "FAILED";

/** One row per attempt: the error log that operators read. */
export interface SendAttemptTable {
  id: ColumnType<string, never, never>;
  gift_id: string;
  request_id: string;
  /** 1 for the first attempt of this send request. */
  number: number;
  /** SQS's ApproximateReceiveCount: also grows when a worker died before it could begin. */
  receive_count: number;
  started_at: Generated<Date>;
  finished_at: Date | null;
  outcome: AttemptOutcome | null;
  error_code: string | null;
  error_message: string | null;
  /** The provider's own id of the send. */
  provider_reference: string | null;
}
