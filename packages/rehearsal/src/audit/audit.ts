import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";

/** What became of the gifts of one rehearsal, from the database and the provider's own record. */
export interface Audit {
  /** Gifts with a send request. */
  readonly accepted: number;
  readonly sent: number;
  readonly failed: number;
  /** What an accepted send must not end as, each with the reason in words. */
  readonly lost: readonly Finding[];
  /** Gifts that the provider performed more than once. */
  readonly doubled: readonly Finding[];
}

export interface Finding {
  readonly giftId: string;
  readonly why: string;
}

/**
 * Audits what was accepted since a moment. Call it once nothing moves any more: a gift that is still QUEUED counts as
 * lost.
 * @param db the system's database, in which the simulated provider keeps its record too
 * @param since of the database's clock
 * @param told gifts whose clients were told that the send is accepted
 */
export async function audit(db: Kysely<Database>, since: Date, told: Iterable<string>): Promise<Audit> {
  const rows = await readOutcomes(db, since);
  const known = new Set(rows.map(({ giftId }) => giftId));
  const forgotten = Array.from(told).filter((giftId) => !known.has(giftId));
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  return {
    accepted: rows.length + forgotten.length,
    sent: count("SENT"),
    failed: count("FAILED"),
    lost: [
      ...forgotten.map((giftId) => ({ giftId, why: "its client was answered 202, the database has no send request" })),
      ...rows.flatMap(lossOf),
    ],
    doubled: rows
      .filter(({ effects }) => effects > 1)
      .map(({ giftId, effects }) => ({ giftId, why: `the provider performed it ${effects} times` })),
  };
}

/**
 * A permanent failure ends at once: its message is acknowledged and never becomes a dead letter
 * (docs/gift-lifecycle.md).
 */
const permanentError = "PROVIDER_REFUSED";

interface Outcome {
  readonly giftId: string;
  readonly status: string;
  /** Over all its send requests: a redrive has a key of its own, and must not send a second time. */
  readonly effects: number;
  /** A dead letter that an operator finds, or an attempt that the provider refused for good. */
  readonly isExplained: boolean;
}

function lossOf({ giftId, status, effects, isExplained }: Outcome): Finding[] {
  const loss = (why: string) => [{ giftId, why }];
  if (status === "SENT") return effects === 0 ? loss("it is SENT and the provider never performed it") : [];
  if (status !== "FAILED") return loss(`it is ${status} and nothing moves any more`);
  return isExplained ? [] : loss("it is FAILED and no dead letter says so");
}

async function readOutcomes(db: Kysely<Database>, since: Date): Promise<readonly Outcome[]> {
  const { rows } = await sql<Outcome>`
    select gifts.id as "giftId", gifts.status,
      (select coalesce(sum(effects), 0)::int from simulated_provider.sends where gift_id = gifts.id) as effects,
      exists (select from dead_letters where dead_letters.gift_id = gifts.id)
        or exists (select from send_attempts
          where send_attempts.gift_id = gifts.id and send_attempts.request_id = gifts.request_id
            and outcome = 'FAILED' and error_code = ${permanentError}) as "isExplained"
    from gifts
    where gifts.created_at >= ${since} and exists (select from send_requests where send_requests.gift_id = gifts.id)
    order by gifts.id`.execute(db);
  return rows;
}
