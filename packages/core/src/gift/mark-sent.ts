import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { Attempt } from "../send-attempt/begin.ts";
import { edges } from "./gift.state.ts";

export interface SentGift {
  /** From the send request to SENT, both by the database's clock. */
  readonly latencySeconds: number;
}

/**
 * QUEUED → SENT after the send took effect, and the attempt's outcome with it: one statement. An attempt keeps its
 * first outcome: a commit whose answer was lost may be reported again, and as another one.
 * @param db the database
 * @param attempt the attempt that succeeded
 * @param providerReference the provider's id of the send
 * @returns undefined when another process made the transition first, or the gift has moved on: the effect is the same
 * one, because both used the same idempotency key at the provider
 */
export async function markSent(
  db: Kysely<Database>,
  attempt: Attempt,
  providerReference: string,
): Promise<SentGift | undefined> {
  const { from, to } = edges.markSent;
  const { rows } = await sql<SentGift>`
    with gift as (
      update gifts set status = ${to}, last_error = null, updated_at = now()
      where id = ${attempt.giftId} and status = ${from} and request_id = ${attempt.requestId}
      returning id
    ), attempt as (
      update send_attempts set finished_at = now(), outcome = 'SENT', provider_reference = ${providerReference}
      where id = ${attempt.id} and outcome is null
    )
    select extract(epoch from now() - request.created_at)::float as "latencySeconds"
    from gift join send_requests as request on gift_id = gift.id and request.request_id = ${attempt.requestId}`.execute(
    db,
  );
  return rows[0];
}
