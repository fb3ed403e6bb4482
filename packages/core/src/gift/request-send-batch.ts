import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { createStatementBatch, type Outcome } from "../database/statement-batch.ts";
import { encodeSendMessage, sendQueue } from "../send-request/send-message.ts";
import { encodeSendResponse } from "../send-request/send-response.ts";
import { edges } from "./gift.state.ts";
import { requestSend, type SendOutcome, type SendRequest } from "./request-send.ts";

/** Creates the batched `requestSend`: what arrives while a statement is in flight is queued together by the next. */
export function createRequestSendBatch(db: Kysely<Database>): (request: SendRequest) => Promise<SendOutcome> {
  return createStatementBatch<SendRequest, SendOutcome>({
    together: (requests) => requestSends(db, requests),
    alone: (request) => requestSend(db, request),
  });
}

/**
 * CREATED → QUEUED for many gifts with their send requests and outbox rows: one statement, so one transaction. It
 * decides what is plain, which is nearly all: an accepted request. What it doesn't accept (a replay, a conflict, an
 * unknown gift, a gift that is locked or named twice) is asked alone, so that nobody waits for another one's lock. A
 * row is freed for the request that may have it, by position: by the gift's id, a stranger's request beside the owner's
 * would be as good.
 */
async function requestSends(
  db: Kysely<Database>,
  requests: readonly SendRequest[],
): Promise<readonly Outcome<SendOutcome>[]> {
  const texts = requests.map(textsOf);
  const { from, to } = edges.requestSend;
  const { rows } = await sql<{ position: string; outbox_id: string }>`
    with input as materialized (
      select * from unnest(
        ${requests.map(({ giftId }) => giftId)}::uuid[],
        ${requests.map(({ requestId }) => requestId)}::text[],
        ${requests.map(({ owner }) => (owner === "anybody" ? null : owner.clientId))}::text[],
        ${requests.map(({ leaseSeconds }) => leaseSeconds)}::float[],
        ${texts.map(({ body }) => body)}::text[],
        ${texts.map(({ responseBody }) => responseBody)}::text[],
        ${texts.map(({ attributes }) => attributes)}::text[]
      ) with ordinality
        as given (gift_id, request_id, client_id, lease_seconds, body, response_body, attributes, position)
    ), free as materialized (
      select gifts.id, position from gifts join input on gifts.id = input.gift_id
      where status = ${from} and (input.client_id is null or gifts.client_id = input.client_id)
      for update of gifts skip locked
    ), queued as (
      update gifts set status = ${to}, request_id = input.request_id, updated_at = now()
      from input join free using (position)
      where gifts.id = free.id
      returning input.*
    ), request as (
      insert into send_requests (gift_id, request_id, response_body)
      select gift_id, request_id, response_body from queued
    ), message as (
      insert into outbox (destination, body, attributes, available_at)
      select ${sendQueue}, body, attributes::jsonb, now() + make_interval(secs => lease_seconds) from queued
      returning id, body
    )
    select position, message.id as outbox_id from queued join message using (body)`.execute(db);
  const outboxIds = new Map(rows.map((row) => [Number(row.position) - 1, row.outbox_id]));
  return requests.map(({ attributes = {} }, index) => {
    const id = outboxIds.get(index);
    const { body = "", responseBody = "" } = texts[index] ?? {};
    if (id === undefined) return "alone";
    return { value: { kind: "accepted", responseBody, message: { id, destination: sendQueue, body, attributes } } };
  });
}

function textsOf({ giftId, requestId, attributes = {} }: SendRequest) {
  return {
    body: encodeSendMessage(giftId, requestId),
    responseBody: encodeSendResponse(giftId, requestId),
    attributes: JSON.stringify(attributes),
  };
}
