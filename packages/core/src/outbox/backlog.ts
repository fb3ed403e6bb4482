import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

export interface Backlog {
  /** What waits for SQS, by the fleet's queue name; a queue for which nothing waits is missing. */
  readonly outbox: readonly { readonly queue: string; readonly depth: number; readonly oldestAgeSeconds: number }[];
  /** Dead letters that nobody has redriven or discarded. */
  readonly openDeadLetters: number;
}

/**
 * What waits for SQS, and for an operator. One statement, cheap enough for every ten seconds: the outbox is near empty,
 * and open dead letters have an index of their own. Measured: 0.3 ms with none of either, 45 ms with 100,000 of each.
 * @param db the database
 */
export async function readBacklog(db: Kysely<Database>): Promise<Backlog> {
  const { rows } = await sql<Backlog>`
    select
      (select count(*)::int from dead_letters where state = 'OPEN') as "openDeadLetters",
      coalesce((select json_agg(each) from (
        select destination as queue, count(*)::int as depth,
          greatest(0, extract(epoch from now() - min(created_at)))::float as "oldestAgeSeconds"
        from outbox group by destination
      ) as each), '[]') as outbox`.execute(db);
  return rows[0] ?? { outbox: [], openDeadLetters: 0 };
}
