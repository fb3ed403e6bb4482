import type { Database } from "@gift/core/database/database";
import type { Finding } from "@gift/rehearsal/audit/audit";
import { type Kysely, sql } from "kysely";

/**
 * Compares our books with the provider's and with themselves, beyond what is lost or doubled.
 * @param db the system's database, once nothing moves any more
 * @returns each gift with what doesn't add up
 */
export async function auditBooks(db: Kysely<Database>): Promise<readonly Finding[]> {
  const { rows } = await sql<Finding>`
    select gift_id as "giftId", 'the provider performed it under a key of no send request: ' || idempotency_key as why
    from simulated_provider.sends where effects > 0 and not exists (
      select from send_requests
      where 'gift:' || gift_id || ':' || request_id = idempotency_key and send_requests.gift_id = sends.gift_id)
    union all
    select id, 'it is SENT, and its attempts have another reference than the provider, or none'
    from gifts where status = 'SENT' and not exists (
      select from send_attempts join simulated_provider.sends using (gift_id)
      where gift_id = gifts.id and outcome = 'SENT' and provider_reference = reference::text)
    union all
    select gift_id, 'its attempts are numbered with gaps'
    from send_attempts group by gift_id, request_id having max(number) <> count(*)
    union all
    select id, 'it is FAILED without a reason' from gifts where status = 'FAILED' and trim(last_error) = ''
    union all
    select id, 'it is CREATED although a send request is stored'
    from gifts where status = 'CREATED' and exists (select from send_requests where gift_id = gifts.id)
    union all
    select gift_id, 'it has a dead letter that names another request than its own'
    from dead_letters where gift_id is not null and not exists (
      select from send_requests
      where send_requests.gift_id = dead_letters.gift_id and send_requests.request_id = dead_letters.request_id)
    order by 1`.execute(db);
  return rows;
}

/** What the run left behind in numbers that nobody has to worry about. */
export interface Leftovers {
  /** Attempts whose process was killed, or lost Postgres, before it could write down how they ended. */
  readonly cutShort: number;
  readonly deadLetters: number;
  /** Gifts that FAILED although an answer was lost after the effect; docs/reliability.md doesn't promise otherwise. */
  readonly failedWithEffect: number;
}

/** Reads them. */
export async function readLeftovers(db: Kysely<Database>): Promise<Leftovers> {
  const { rows } = await sql<Leftovers>`
    select (select count(*)::int from send_attempts where finished_at is null) as "cutShort",
      (select count(*)::int from dead_letters) as "deadLetters",
      (select count(*)::int from gifts where status = 'FAILED'
        and exists (select from simulated_provider.sends where gift_id = gifts.id and effects > 0)) as "failedWithEffect"
    `.execute(db);
  return rows[0] ?? { cutShort: 0, deadLetters: 0, failedWithEffect: 0 };
}

/** Longer than any transaction of ours may idle. */
const longestIdleSeconds = 15;

/**
 * Counts transactions that somebody has left open: they would hold locks.
 * @param oldSeconds how long they are open at least
 */
export async function countOldTransactions(db: Kysely<Database>, oldSeconds = longestIdleSeconds): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and xact_start < now() - make_interval(secs => ${oldSeconds})`.execute(db);
  return rows[0]?.count ?? 0;
}
