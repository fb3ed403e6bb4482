import type { ColumnType } from "kysely";

/** One row per message that an operator had written again. */
export interface RequeueTable {
  id: ColumnType<string, never, never>;
  gift_id: ColumnType<string, string, never>;
  /** The send request whose message it was. */
  request_id: ColumnType<string, string, never>;
  requeued_by: ColumnType<string, string, never>;
  created_at: ColumnType<Date, never, never>;
}
