import type { ColumnType, Generated, JSONColumnType } from "kysely";

/** Messages committed with the change that caused them. A row is deleted once SQS has it: near empty is healthy. */
export interface OutboxTable {
  /** bigint: arrives as a string, which is all we need of it. */
  id: ColumnType<string, never, never>;
  /** The fleet's name of the queue. */
  destination: string;
  body: string;
  /** SQS message attributes, e.g. trace context. */
  attributes: JSONColumnType<Record<string, string>, string, string>;
  attempts: Generated<number>;
  /** Not to be claimed before this: whoever publishes the row holds it until then. */
  available_at: ColumnType<Date, never, Date>;
  last_error: ColumnType<string | null, never, string | null>;
  /** When it was written, or is due: later than now while the row waits on purpose. */
  created_at: ColumnType<Date, never, never>;
}

/** A committed message on its way to SQS. */
export interface OutboxMessage {
  readonly id: string;
  readonly destination: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}
