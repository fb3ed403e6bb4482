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
    status: row.status,
    requestId: row.request_id,
    lastError: row.last_error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
