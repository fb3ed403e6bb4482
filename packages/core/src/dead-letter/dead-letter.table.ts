import type { ColumnType, Generated, JSONColumnType, Selectable } from "kysely";
import type { DeadLetter, DeadLetterState } from "./dead-letter.ts";

/** One row per message that reached a dead-letter queue. */
export interface DeadLetterTable {
  id: ColumnType<string, never, never>;
  message_id: string;
  queue: string;
  body: string;
  attributes: JSONColumnType<Record<string, string>, string, never>;
  receive_count: number;
  gift_id: string | null;
  request_id: string | null;
  error: string;
  error_fingerprint: string | null;
  state: Generated<DeadLetterState>;
  redrive_request_id: string | null;
  resolved_by: string | null;
  resolved_at: Date | null;
  created_at: ColumnType<Date, never, never>;
}

/** Row in, domain out. */
export function toDeadLetter(row: Selectable<DeadLetterTable>): DeadLetter {
  return {
    id: row.id,
    messageId: row.message_id,
    queue: row.queue,
    body: row.body,
    attributes: row.attributes,
    receiveCount: row.receive_count,
    giftId: row.gift_id,
    requestId: row.request_id,
    error: row.error,
    errorFingerprint: row.error_fingerprint,
    state: row.state,
    redriveRequestId: row.redrive_request_id,
    resolvedBy: row.resolved_by,
    resolvedAt: row.resolved_at,
    createdAt: row.created_at,
  };
}
