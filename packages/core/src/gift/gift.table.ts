import type { ColumnType, Generated, Selectable } from "kysely";
import type { GiftStatus } from "./gift.state.ts";
import type { Gift } from "./gift.ts";

export interface GiftTable {
  /** `uuidv7()`: time-ordered, so that inserts touch the right edge of the index. */
  id: Generated<string>;
  /** `gen_random_uuid()`: unguessable. */
  code: Generated<string>;
  amount: number;
  message: string | null;
  /** Null: made before keys, or where none is asked for. */
  client_id: ColumnType<string | null, string | null | undefined, never>;
  status: ColumnType<GiftStatus, never, GiftStatus>;
  request_id: ColumnType<string | null, never, string>;
  last_error: ColumnType<string | null, never, string | null>;
  created_at: ColumnType<Date, never, never>;
  updated_at: ColumnType<Date, never, Date>;
}

/** Row in, domain out. */
export function toGift(row: Selectable<GiftTable>): Gift {
  return {
    id: row.id,
    code: row.code,
    amount: row.amount,
    message: row.message,
    clientId: row.client_id,
    status: row.status,
    requestId: row.request_id,
    lastError: row.last_error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
