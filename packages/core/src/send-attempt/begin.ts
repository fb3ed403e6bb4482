import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges, type GiftStatus } from "../gift/gift.state.ts";

export interface Attempt {
  readonly id: string;
  readonly giftId: string;
  readonly requestId: string;
  readonly number: number;
}

export interface GiftToSend {
  readonly code: string;
  readonly amount: number;
  readonly message: string | null;
  /**
   * Its send requests before this one: a redrive's predecessors, which may have taken effect without our hearing of it.
   */
  readonly earlierRequestIds: readonly string[];
}

/** What a message finds: a gift to send, or the reason why there is nothing to do. */
export type Beginning =
  | { readonly kind: "begun"; readonly attempt: Attempt; readonly gift: GiftToSend }
  /** This very send is SENT or FAILED already: delivered twice. */
  | { readonly kind: "duplicate" }
  /** The gift is on another send request since. */
  | { readonly kind: "stale" }
  | { readonly kind: "unknown-gift" };

/** A message's delivery, as far as the database is concerned. */
export interface Delivery {
  readonly giftId: string;
  readonly requestId: string;
  /** SQS's, 1 or more. */
  readonly receiveCount: number;
}

/** What a statement says of one delivery. */
export interface AttemptRow {
  code: string;
  amount: number;
  message: string | null;
  status: GiftStatus;
  request_id: string | null;
  earlier_request_ids: string[];
  attempt_id: string | null;
  number: number | null;
}

/** Two deliveries of one message may begin at the same time and compute the same number: the loser counts again. */
const mostRaces = 5;

/**
 * Begins an attempt if the gift is QUEUED under this request.
 * @param db the database
 */
export async function beginAttempt(db: Kysely<Database>, delivery: Delivery): Promise<Beginning> {
  for (let race = 0; race < mostRaces; race += 1) {
    const beginning = toBeginning(await insertAttempt(db, delivery), delivery);
    if (beginning) return beginning;
  }
  throw new Error(`gift ${delivery.giftId} was delivered to ${mostRaces} workers at the same moment`);
}

/**
 * Reads a statement's answer.
 * @returns undefined when another delivery took the attempt's number: ask again
 */
export function toBeginning(row: AttemptRow | undefined, { giftId, requestId }: Delivery): Beginning | undefined {
  if (!row) return { kind: "unknown-gift" };
  if (row.request_id !== requestId) return { kind: "stale" };
  if (row.status !== edges.markSent.from) return { kind: "duplicate" };
  if (row.attempt_id === null || row.number === null) return undefined;
  const { code, amount, message, earlier_request_ids: earlierRequestIds } = row;
  return {
    kind: "begun",
    attempt: { id: row.attempt_id, giftId, requestId, number: row.number },
    gift: { code, amount, message, earlierRequestIds },
  };
}

/**
 * `for key share` makes a redrive wait until the attempt can be seen; the foreign key takes the same lock, but at the
 * end.
 */
async function insertAttempt(db: Kysely<Database>, send: Delivery): Promise<AttemptRow | undefined> {
  const { rows } = await sql<AttemptRow>`
    with gift as (
      select id, code, amount, message, status, request_id, array(
        select earlier.request_id::text from send_requests earlier
        where earlier.gift_id = gifts.id and earlier.request_id <> ${send.requestId}
      ) as earlier_request_ids
      from gifts where id = ${send.giftId} for key share
    ), attempt as (
      insert into send_attempts (gift_id, request_id, number, receive_count, started_at)
      select id, request_id, 1 + (
        select count(*) from send_attempts earlier
        where earlier.gift_id = gift.id and earlier.request_id = gift.request_id
      ), ${send.receiveCount}, now()
      from gift where status = ${edges.markSent.from} and request_id = ${send.requestId}
      on conflict (gift_id, request_id, number) do nothing
      returning id, number
    )
    select gift.*, attempt.id as attempt_id, attempt.number from gift left join attempt on true`.execute(db);
  return rows[0];
}
