import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { OutboxMessage } from "../outbox/outbox.table.ts";
import { encodeSendMessage, sendQueue } from "../send-request/send-message.ts";
import { encodeSendResponse } from "../send-request/send-response.ts";
import { GiftNotFoundError, SendConflictError } from "./gift.errors.ts";
import { edges, type GiftStatus } from "./gift.state.ts";
import { isOwnedBy, type Owner } from "./owner.ts";

export interface SendRequest {
  readonly giftId: string;
  /** Whose the gift must be; another's is not found, its replays neither. */
  readonly owner: Owner;
  /** The idempotency key, parsed. */
  readonly requestId: string;
  /** SQS message attributes, e.g. trace context. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** How long the caller alone may publish the outbox row before a sweep takes it over. */
  readonly leaseSeconds: number;
}

export type SendOutcome =
  | { readonly kind: "accepted"; readonly responseBody: string; readonly message: OutboxMessage }
  | { readonly kind: "replayed"; readonly responseBody: string };

interface Row {
  status: GiftStatus | null;
  replay_body: string | null;
  outbox_id: string | null;
}

/**
 * CREATED → QUEUED with its send request and outbox row: one statement, so one transaction and one round trip.
 * @param db the database; not a transaction, whose later rollback would take back an answered 202
 * @returns accepted with the message to publish, or replayed with the first answer
 * @throws GiftNotFoundError, SendConflictError
 */
export async function requestSend(db: Kysely<Database>, request: SendRequest): Promise<SendOutcome> {
  const body = encodeSendMessage(request.giftId, request.requestId);
  const responseBody = encodeSendResponse(request.giftId, request.requestId);
  const attributes = request.attributes ?? {};
  const row = await tryToQueue(db, request, { body, responseBody, attributes: JSON.stringify(attributes) });
  if (row.outbox_id !== null)
    return { kind: "accepted", responseBody, message: { id: row.outbox_id, destination: sendQueue, body, attributes } };
  if (row.replay_body !== null) return { kind: "replayed", responseBody: row.replay_body };
  if (row.status === null) throw new GiftNotFoundError();
  return lookAgain(db, request);
}

/**
 * The UPDATE alone decides: of concurrent requests one finds the gift CREATED, and the others wait for its row and then
 * check the status again as it was committed (PostgreSQL manual, 13.2.1). So a replay or a conflict locks nothing,
 * writes nothing and waits for no worker. With the row locked by a `for update` before, each wrote 96 bytes of WAL, and
 * learned nothing more.
 */
async function tryToQueue(
  db: Kysely<Database>,
  request: SendRequest,
  texts: { body: string; responseBody: string; attributes: string },
): Promise<Row> {
  const { from, to } = edges.requestSend;
  const { rows } = await sql<Row>`
    with queued as (
      update gifts set status = ${to}, request_id = ${request.requestId}, updated_at = now()
      where id = ${request.giftId} and status = ${from} and ${isOwnedBy(request.owner)}
      returning id
    ), request as (
      insert into send_requests (gift_id, request_id, response_body)
      select id, ${request.requestId}, ${texts.responseBody} from queued
    ), message as (
      insert into outbox (destination, body, attributes, available_at)
      select ${sendQueue}, ${texts.body}, ${texts.attributes}::jsonb,
        now() + make_interval(secs => ${request.leaseSeconds})
      from queued
      returning id
    )
    select
      (select status from gifts where id = ${request.giftId} and ${isOwnedBy(request.owner)}) as status,
      (select response_body from send_requests join gifts on gifts.id = gift_id
        where gift_id = ${request.giftId} and send_requests.request_id = ${request.requestId} and ${isOwnedBy(request.owner)})
        as replay_body,
      (select id from message) as outbox_id`.execute(db);
  return rows[0] ?? { status: null, replay_body: null, outbox_id: null };
}

/** A statement can't see a row committed after it began: what was queued while we waited needs a fresh snapshot. */
async function lookAgain(db: Kysely<Database>, request: SendRequest): Promise<SendOutcome> {
  const row = await db
    .selectFrom("gifts")
    .leftJoin("send_requests", (join) =>
      join.onRef("gift_id", "=", "gifts.id").on("send_requests.request_id", "=", request.requestId),
    )
    .select(["status", "response_body"])
    .where("gifts.id", "=", request.giftId)
    .where(isOwnedBy(request.owner))
    .executeTakeFirst();
  if (!row) throw new GiftNotFoundError();
  if (row.response_body === null) throw new SendConflictError(row.status);
  return { kind: "replayed", responseBody: row.response_body };
}
