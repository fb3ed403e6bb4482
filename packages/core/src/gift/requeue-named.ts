import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { edges, type GiftStatus } from "./gift.state.ts";
import { type RequeueRequest, requeueGifts } from "./requeue.ts";

/** What became of one gift. */
export interface RequeueResult {
  readonly giftId: string;
  /** `busy`: an attempt begins or ends at this moment, or somebody redrives it. */
  readonly outcome: "requeued" | "not_found" | "not_queued" | "not_idle" | "in_outbox" | "busy";
  readonly status: GiftStatus | null;
  readonly requestId: string | null;
  readonly idleSince: Date | null;
}

/**
 * Writes the message of these gifts once more, as `requeueGifts` does, and says why of those that it leaves alone.
 * @param trx a transaction of its own
 * @returns one result per id, in their order
 */
export async function requeueNamedGifts(
  trx: Transaction<Database>,
  request: Omit<RequeueRequest, "limit"> & { readonly ids: readonly string[] },
): Promise<RequeueResult[]> {
  const { ids, idleSeconds } = request;
  const requeued = new Set((await requeueGifts(trx, { ...request, limit: ids.length })).map(({ giftId }) => giftId));
  const { rows } = await sql<RequeueResult>`
    select named.id as "giftId", status, request_id as "requestId", updated_at as "idleSince", case
      when status is null then 'not_found'
      when status <> ${edges.markSent.from} then 'not_queued'
      when updated_at > now() - make_interval(secs => ${idleSeconds}) then 'not_idle'
      when exists (select from outbox where body ^@ ('{"gift_id":"' || named.id || '"')) then 'in_outbox'
      else 'busy'
    end as outcome
    from unnest(${ids}::uuid[]) with ordinality as named (id, position) left join gifts on gifts.id = named.id
    order by position`.execute(trx);
  return rows.map((row) => (requeued.has(row.giftId) ? { ...row, outcome: "requeued" } : row));
}
