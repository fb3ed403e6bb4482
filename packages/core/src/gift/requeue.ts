import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { encodeSendMessage, sendQueue } from "../send-request/send-message.ts";
import { edges } from "./gift.state.ts";

export interface RequeueRequest {
  /** Only these gifts; undefined looks at all. */
  readonly ids?: readonly string[] | undefined;
  /** Only gifts with which nothing has happened for so long: no attempt, no redrive. */
  readonly idleSeconds: number;
  readonly limit: number;
  /** Who does it, for the audit. */
  readonly operator: string;
}

export interface RequeuedGift {
  readonly giftId: string;
  readonly requestId: string;
  readonly idleSince: Date;
}

/**
 * Writes the message of QUEUED gifts once more, for when a queue was purged or deleted, or has dropped what it kept too
 * long. The request stays the same, so a message that was alive after all is a duplicate and changes nothing. A gift
 * whose message waits in the outbox is left alone. Who did it is stored with each message.
 * @param trx a transaction of its own
 * @param request which gifts, and who does it
 * @returns the gifts with a new message, the longest waiting first
 */
export async function requeueGifts(trx: Transaction<Database>, request: RequeueRequest): Promise<RequeuedGift[]> {
  // One at a time, and each with a snapshot of its own: otherwise the second doesn't see what the first has just
  // written.
  await sql`select pg_advisory_xact_lock(hashtextextended('requeue', 0))`.execute(trx);
  const { rows: stuck } = await sql<RequeuedGift>`
    select id as "giftId", request_id as "requestId", updated_at as "idleSince" from gifts
    where status = ${sql.lit(edges.markSent.from)}
      and updated_at <= now() - make_interval(secs => ${request.idleSeconds})
      and (${request.ids ?? null}::uuid[] is null or id = any(${request.ids ?? null}::uuid[]))
      and not exists (select from outbox where body ^@ ('{"gift_id":"' || gifts.id || '"'))
    order by updated_at, id limit ${request.limit}
    for update skip locked`.execute(trx);
  const bodies = stuck.map(({ giftId, requestId }) => encodeSendMessage(giftId, requestId));
  await sql`insert into outbox (destination, body) select ${sendQueue}, unnest(${bodies}::text[])`.execute(trx);
  await recordRequeues(trx, stuck, request.operator);
  return stuck;
}

async function recordRequeues(trx: Transaction<Database>, gifts: readonly RequeuedGift[], by: string): Promise<void> {
  const [ids, requestIds] = [gifts.map(({ giftId }) => giftId), gifts.map(({ requestId }) => requestId)];
  await sql`
    insert into requeues (gift_id, request_id, requeued_by)
    select gift_id, request_id, ${by} from unnest(${ids}::uuid[], ${requestIds}::text[]) as gift (gift_id, request_id)`.execute(
    trx,
  );
}
