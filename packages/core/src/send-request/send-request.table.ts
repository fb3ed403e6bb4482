import type { ColumnType } from "kysely";

/** One row per accepted send request: the memory that makes a replay answer as the first call did. */
export interface SendRequestTable {
  gift_id: string;
  request_id: string;
  /** The accepted answer, byte for byte. */
  response_body: string;
  /** Who redrove the gift; null for a client's own request. */
  redriven_by: string | null;
  created_at: ColumnType<Date, never, never>;
}
