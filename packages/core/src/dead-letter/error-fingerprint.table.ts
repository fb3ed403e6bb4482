import type { ColumnType } from "kysely";

/** One row per error that dead letters have had, whatever ids and numbers its text carried. */
export interface ErrorFingerprintTable {
  fingerprint: string;
  /** The error without what differs from one dead letter to the next. */
  error: string;
  first_seen_at: ColumnType<Date, never, never>;
  last_seen_at: ColumnType<Date, never, never>;
}
