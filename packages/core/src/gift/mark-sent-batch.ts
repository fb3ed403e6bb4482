import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { createStatementBatch, type Outcome } from "../database/statement-batch.ts";
import type { Attempt } from "../send-attempt/begin.ts";
import { edges } from "./gift.state.ts";
import { markSent, type SentGift } from "./mark-sent.ts";

/** An attempt that succeeded, and the provider's id of the send. */
export interface Success {
  readonly attempt: Attempt;
  readonly providerReference: string;
}

/**
 * Creates the batched `markSent`: successes that arrive while a statement is in flight are marked together by the next.
 */
export function createMarkSentBatch(db: Kysely<Database>): (success: Success) => Promise<SentGift | undefined> {
  return createStatementBatch<Success, SentGift | undefined>({
    mostStatements: 1,
    together: (successes) => markAllSent(db, successes),
    alone: ({ attempt, providerReference }) => markSent(db, attempt, providerReference),
  });
}

/**
 * As `markSent`, for many. A gift that is locked, or not marked for whatever reason, is asked alone. Who marked it is
 * told by position: one attempt reported twice is SENT once.
 */
async function markAllSent(
  db: Kysely<Database>,
  successes: readonly Success[],
): Promise<readonly Outcome<SentGift | undefined>[]> {
  const { from, to } = edges.markSent;
  const { rows } = await sql<{ position: string; latency_seconds: number }>`
    with input as materialized (
      select * from unnest(
        ${successes.map(({ attempt }) => attempt.id)}::bigint[],
        ${successes.map(({ attempt }) => attempt.giftId)}::uuid[],
        ${successes.map(({ attempt }) => attempt.requestId)}::text[],
        ${successes.map(({ providerReference }) => providerReference)}::text[]
      ) with ordinality as given (attempt_id, gift_id, request_id, provider_reference, position)
    ), free as materialized (
      select id from gifts
      where id in (select gift_id from input) and status = ${from}
      for update skip locked
    ), sent as (
      update gifts set status = ${to}, last_error = null, updated_at = now()
      from input join free on free.id = input.gift_id
      where gifts.id = free.id and gifts.request_id = input.request_id
      returning input.*
    ), attempt as (
      update send_attempts set finished_at = now(), outcome = 'SENT', provider_reference = sent.provider_reference
      from sent where send_attempts.id = sent.attempt_id and outcome is null
    )
    select position, extract(epoch from now() - request.created_at)::float as latency_seconds
    from sent join send_requests as request using (gift_id, request_id)`.execute(db);
  const latencies = new Map(rows.map((row) => [Number(row.position) - 1, row.latency_seconds]));
  return successes.map((_, index) => {
    const latencySeconds = latencies.get(index);
    return latencySeconds === undefined ? "alone" : { value: { latencySeconds } };
  });
}
