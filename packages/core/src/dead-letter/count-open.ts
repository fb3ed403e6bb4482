import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * How many dead letters nobody has redriven or discarded. They have an index of their own.
 * @param db the database
 */
export async function countOpenDeadLetters(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from dead_letters where state = 'OPEN'`.execute(db);
  return rows[0]?.count ?? 0;
}
