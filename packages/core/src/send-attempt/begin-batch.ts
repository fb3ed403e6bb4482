import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { createStatementBatch, type Outcome } from "../database/statement-batch.ts";
import { edges } from "../gift/gift.state.ts";
import { type AttemptRow, type Beginning, beginAttempt, type Delivery, toBeginning } from "./begin.ts";

/**
 * Creates the batched `beginAttempt`: deliveries that arrive while a statement is in flight begin together with the
 * next.
 */
export function createBeginBatch(db: Kysely<Database>): (delivery: Delivery) => Promise<Beginning> {
  return createStatementBatch<Delivery, Beginning>({
    mostStatements: 1,
    together: (deliveries) => beginAttempts(db, deliveries),
    alone: (delivery) => beginAttempt(db, delivery),
  });
}

/** As `beginAttempt`, for many. Two deliveries of one message in the same statement: the second is asked alone. */
async function beginAttempts(
  db: Kysely<Database>,
  deliveries: readonly Delivery[],
): Promise<readonly Outcome<Beginning>[]> {
  const { from } = edges.markSent;
  const { rows } = await sql<AttemptRow & { position: string }>`
    with input as materialized (
      select *, row_number() over (partition by gift_id, request_id order by position) as turn
      from unnest(
        ${deliveries.map(({ giftId }) => giftId)}::uuid[],
        ${deliveries.map(({ requestId }) => requestId)}::text[],
        ${deliveries.map(({ receiveCount }) => receiveCount)}::integer[]
      ) with ordinality as given (gift_id, request_id, receive_count, position)
    ), gift as materialized (
      select position, turn, receive_count, id, code, amount, message, status, gifts.request_id, array(
        select earlier.request_id::text from send_requests earlier
        where earlier.gift_id = gifts.id and earlier.request_id <> input.request_id
      ) as earlier_request_ids, gifts.request_id = input.request_id and status = ${from} as is_due
      from input join gifts on gifts.id = input.gift_id for key share of gifts
    ), attempt as (
      insert into send_attempts (gift_id, request_id, number, receive_count, started_at)
      select id, request_id, 1 + (
        select count(*) from send_attempts earlier
        where earlier.gift_id = gift.id and earlier.request_id = gift.request_id
      ), receive_count, now()
      from gift where is_due and turn = 1
      on conflict (gift_id, request_id, number) do nothing
      returning id, number, gift_id
    )
    select gift.*, attempt.id as attempt_id, attempt.number
    from gift left join attempt on attempt.gift_id = gift.id and is_due and turn = 1`.execute(db);
  const byPosition = new Map(rows.map((row) => [Number(row.position) - 1, row]));
  return deliveries.map((delivery, index) => {
    const value = toBeginning(byPosition.get(index), delivery);
    return value === undefined ? "alone" : { value };
  });
}
