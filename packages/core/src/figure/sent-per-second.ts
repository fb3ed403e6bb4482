import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

export interface SentInSecond {
  /** Unix time, of the database's clock. */
  readonly second: number;
  /** Per gift that became SENT: from the acceptance of its request, in milliseconds. */
  readonly latenciesMilliseconds: readonly number[];
}

/**
 * What was SENT in each of the last seconds, and how long each gift took; a second without any has no row.
 * @param db the database
 * @param window how many seconds back, and among how many of the newest attempts: there is no index by time
 */
export async function sentPerSecond(
  db: Kysely<Database>,
  window: { seconds: number; attempts: number },
): Promise<SentInSecond[]> {
  const { rows } = await sql<SentInSecond>`
    select floor(extract(epoch from attempt.finished_at))::float as second,
      array_agg(round(extract(epoch from attempt.finished_at - request.created_at) * 1000, 1)::float)
        as "latenciesMilliseconds"
    from send_attempts attempt
    join send_requests request on request.gift_id = attempt.gift_id and request.request_id = attempt.request_id
    where attempt.id > (select max(id) from send_attempts) - ${window.attempts}::bigint
      and attempt.outcome = 'SENT'
      and attempt.finished_at >= now() - make_interval(secs => ${window.seconds})
    group by 1 order by 1`.execute(db);
  return rows;
}
