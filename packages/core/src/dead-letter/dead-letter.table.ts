import type { ColumnType, Generated, JSONColumnType } from "kysely";

export const deadLetterStates = ["OPEN", "REDRIVEN", "DISCARDED"] as const;

export type DeadLetterState = (typeof deadLetterStates)[number];

/** One row per message that reached a dead-letter queue, and what an operator did about it. */
export interface DeadLetterTable {
  id: ColumnType<string, never, never>;
  /** SQS keeps it over the move, so a message delivered twice is one row. */
  message_id: string;
  /** The fleet's name of the dead-letter queue. */
  queue: string;
  body: string;
  attributes: JSONColumnType<Record<string, string>, string, never>;
  receive_count: number;
  /** From the body; null when it can't be parsed. */
  gift_id: string | null;
  request_id: string | null;
  /** `CODE: message`: why it is here. */
  error: string;
  /** Letters with the same error have the same; null in those that an earlier version recorded. */
  error_fingerprint: string | null;
  state: Generated<DeadLetterState>;
  redrive_request_id: string | null;
  resolved_by: string | null;
  resolved_at: Date | null;
  created_at: ColumnType<Date, never, never>;
}
