import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { AttemptOutcome } from "../send-attempt/send-attempt.table.ts";

export interface RecentFailure {
  readonly id: string;
  readonly at: Date;
  readonly giftId: string;
  readonly requestId: string;
  readonly number: number;
  readonly outcome: Exclude<AttemptOutcome, "SENT">;
  readonly errorCode: string;
  readonly errorMessage: string | null;
}

/**
 * The newest attempts that failed, newest first.
 * @param db the database
 * @param window how many at most, and among how many of the newest attempts they are looked for
 */
export async function recentFailures(
  db: Kysely<Database>,
  window: { limit: number; attempts: number },
): Promise<RecentFailure[]> {
  const { rows } = await sql<RecentFailure>`
    select id, finished_at as at, gift_id as "giftId", request_id as "requestId", number, outcome,
      error_code as "errorCode", error_message as "errorMessage"
    from send_attempts
    where id > (select max(id) from send_attempts) - ${window.attempts}::bigint and outcome in ('RETRY', 'FAILED')
    order by id desc limit ${window.limit}`.execute(db);
  return rows;
}

export interface AttemptTally {
  /** Attempts that began within the window, running ones included. */
  readonly begun: number;
  /** Of those that ended within the window. */
  readonly sent: number;
  readonly retried: number;
  readonly failed: number;
}

/**
 * Counts the attempts of the last seconds.
 * @param db the database
 * @param window how many seconds back, and among how many of the newest attempts
 */
export async function tallyAttempts(
  db: Kysely<Database>,
  window: { seconds: number; attempts: number },
): Promise<AttemptTally> {
  const since = sql`now() - make_interval(secs => ${window.seconds})`;
  const ended = (outcome: AttemptOutcome) =>
    sql`(count(*) filter (where outcome = ${outcome} and finished_at >= ${since}))::int`;
  const { rows } = await sql<AttemptTally>`
    select (count(*) filter (where started_at >= ${since}))::int as begun,
      ${ended("SENT")} as sent, ${ended("RETRY")} as retried, ${ended("FAILED")} as failed
    from send_attempts where id > (select max(id) from send_attempts) - ${window.attempts}::bigint`.execute(db);
  return rows[0] ?? { begun: 0, sent: 0, retried: 0, failed: 0 };
}
