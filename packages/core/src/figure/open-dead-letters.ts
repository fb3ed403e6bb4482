import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

export interface OpenDeadLetters {
  /** The part of `error` before the colon. */
  readonly errorCode: string;
  readonly count: number;
  readonly oldestAt: Date;
}

/** Counting stops here, over all codes: who has that many doesn't need to know how many more. */
export const mostOpenCounted = 10_000;

/**
 * How many dead letters are OPEN, by error code, the most frequent first.
 * @param db the database
 */
export async function tallyOpenDeadLetters(db: Kysely<Database>): Promise<OpenDeadLetters[]> {
  const { rows } = await sql<OpenDeadLetters>`
    select split_part(error, ':', 1) as "errorCode", count(*)::int as count, min(created_at) as "oldestAt"
    from (
      select error, created_at from dead_letters where state = 'OPEN' order by id limit ${sql.lit(mostOpenCounted)}
    ) as letter
    group by 1 order by 2 desc, 1`.execute(db);
  return rows;
}
