import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";

/** A send takes some 50 ms when all is well. */
const noticeableSeconds = 2;

/**
 * Finds the gifts that noticed something: their send took longer than two seconds from its accepted request, was
 * redriven, or failed.
 * @param since of the database's clock
 */
export async function affectedGifts(db: Kysely<Database>, since: Date): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select gifts.id from gifts join lateral (
      select min(created_at) as first_at, count(*) as requests from send_requests where gift_id = gifts.id
    ) as sends on sends.requests > 0
    where gifts.created_at >= ${since} and (
      gifts.status <> 'SENT' or sends.requests > 1
      or gifts.updated_at - sends.first_at > make_interval(secs => ${noticeableSeconds})
    )`.execute(db);
  return rows.map(({ id }) => id);
}

/** Whether every send of the gifts that were created up to a moment has its outcome. */
export async function areDone(db: Kysely<Database>, until: Date): Promise<boolean> {
  const { rows } = await sql<{ open: number }>`
    select count(*)::int as open from gifts where status = 'QUEUED' and created_at <= ${until}`.execute(db);
  return rows[0]?.open === 0;
}
