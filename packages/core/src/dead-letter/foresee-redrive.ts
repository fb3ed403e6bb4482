import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges } from "../gift/gift.state.ts";
import type { RedriveOutcome } from "./redrive.ts";

export type ForeseenRedrive = RedriveOutcome["kind"];

/**
 * What `redriveDeadLetter` would do with each of these dead letters now, without doing it and without waiting for
 * locks: for a question to an operator. A test compares the two.
 * @param db the database
 * @param ids dead letters; one that doesn't exist is left out
 */
export async function foreseeRedrive(
  db: Kysely<Database>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ForeseenRedrive>> {
  const { rows } = await sql<{ id: string; outcome: ForeseenRedrive }>`
    select letter.id, case
      when letter.state <> 'OPEN' then 'resolved_before'
      when gift.status = ${edges.redrive.from} and gift.request_id = letter.request_id then 'redriven'
      else 'not_failed'
    end as outcome
    from dead_letters letter left join gifts gift on gift.id = letter.gift_id
    where letter.id = any(${ids}::bigint[]) order by letter.id`.execute(db);
  return new Map(rows.map(({ id, outcome }) => [id, outcome]));
}
