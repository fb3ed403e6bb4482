import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { type GiftStatus, giftStatuses } from "../gift/gift.state.ts";

export interface StatusCount {
  readonly status: GiftStatus;
  readonly count: number;
  /** `at-least`: counting stopped there. `about`: from the planner's statistics, minutes old. */
  readonly precision: "exact" | "at-least" | "about";
}

/** Counting so many takes 10 ms; a page that asks every second must not cost more as the table grows. */
const mostCounted = 100_000;

/**
 * How many gifts are in each state. The unsent have an index; the SENT are the bulk of the table, and past the bound
 * they are estimated.
 * @param db the database
 * @param most where counting stops, per state
 */
export async function countGifts(db: Kysely<Database>, most: number = mostCounted): Promise<StatusCount[]> {
  // A statement per state: with the state as a parameter of one plan the partial index would not be used.
  const count = (status: GiftStatus) => sql`
    select ${sql.lit(status)} as status, (
      select count(*) from (select from gifts where status = ${sql.lit(status)} limit ${sql.lit(most + 1)}) as counted
    )::int as count, (
      select greatest(reltuples, 0) from pg_class where oid = 'gifts'::regclass
    )::float as total`;
  const { rows } = await sql<{ status: GiftStatus; count: number; total: number }>`
    ${sql.join(giftStatuses.map(count), sql` union all `)}`.execute(db);
  const unsent = rows.reduce((sum, row) => sum + (row.status === "SENT" ? 0 : row.count), 0);
  return rows.map(({ status, count: counted, total }) => {
    if (counted <= most) return { status, count: counted, precision: "exact" };
    if (status !== "SENT" || total - unsent <= most) return { status, count: most, precision: "at-least" };
    return { status, count: Math.round(total - unsent), precision: "about" };
  });
}
