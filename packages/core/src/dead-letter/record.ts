import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges } from "../gift/gift.state.ts";
import { parseSendMessage, type SendMessage } from "../send-request/send-message.ts";
import { fingerprintMemoryDays, fingerprintOf, normalizedError } from "./fingerprint.ts";

export interface DeadMessage {
  readonly messageId: string;
  /** The fleet's name of the dead-letter queue. */
  readonly queue: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly receiveCount: number;
}

export interface RecordedDeadLetter {
  /** False when this message had been recorded before. */
  readonly isNew: boolean;
  /** True when the gift was still QUEUED under this request, e.g. because every attempt crashed. */
  readonly isGiftFailed: boolean;
  readonly giftId: string | null;
  readonly requestId: string | null;
  readonly error: string;
  readonly fingerprint: string;
  /** The error without ids, numbers and quoted parts. */
  readonly normalizedError: string;
  /** True when none has had this fingerprint in the last 30 days: of dead letters recorded at once, for one of them. */
  readonly isNewError: boolean;
}

interface Row {
  is_gift_failed: boolean;
  is_new: boolean;
  is_new_error: boolean;
  error: string;
  normalized_error: string;
  fingerprint: string;
}

/** Why a message is here, as far as its body and its gift can tell. */
const reasons = {
  unparsable: "UNPARSABLE_MESSAGE: the body is not a send message",
  unknownGift: "UNKNOWN_GIFT: the message names no gift",
  stale: "STALE_REQUEST: the gift is on another send request since",
  sent: "ALREADY_SENT: the gift is SENT, only its acknowledgement failed",
  exhausted: "DEAD_LETTERED: every delivery ended without an outcome; see the attempts",
};

/**
 * Records a message that reached a dead-letter queue and moves its gift, if it is still QUEUED under that request, to
 * FAILED: one statement, harmless when repeated.
 * @param db the database
 */
export async function recordDeadLetter(db: Kysely<Database>, message: DeadMessage): Promise<RecordedDeadLetter> {
  const send = parseSendMessage(message.body);
  const row = await insert(db, message, send);
  return {
    isNew: row.is_new,
    isGiftFailed: row.is_gift_failed,
    giftId: send?.gift_id ?? null,
    requestId: send?.request_id ?? null,
    error: row.error,
    fingerprint: row.fingerprint,
    normalizedError: row.normalized_error,
    isNewError: row.is_new_error,
  };
}

async function insert(db: Kysely<Database>, message: DeadMessage, send: SendMessage | undefined): Promise<Row> {
  const [giftId, requestId] = [send?.gift_id ?? null, send?.request_id ?? null];
  const { from, to } = edges.markFailed;
  // The fingerprint comes last: its row is the one that dead letters of other gifts wait for, and nothing is waited for
  // under it.
  const { rows } = await sql<Row>`
    with reason as (
      select case
        when gifts.id is null then ${send ? reasons.unknownGift : reasons.unparsable}
        when gifts.request_id is distinct from ${requestId} then ${reasons.stale}
        when gifts.status = ${edges.markSent.to} then ${reasons.sent}
        else coalesce(gifts.last_error, ${reasons.exhausted})
      end as error
      from (select) as message left join gifts on gifts.id = ${giftId}::uuid
    ), normalized as (
      select error, ${normalizedError(sql`error`)} as normalized_error from reason
    ), kind as (
      select error, normalized_error, ${fingerprintOf(sql`normalized_error`)} as fingerprint from normalized
    ), gift as (
      update gifts set status = ${to}, last_error = kind.error, updated_at = now()
      from kind where id = ${giftId}::uuid and status = ${from} and request_id = ${requestId}
      returning id
    ), letter as (
      insert into dead_letters
        (message_id, queue, body, attributes, receive_count, gift_id, request_id, error, error_fingerprint)
      select ${message.messageId}, ${message.queue}, ${message.body}, ${JSON.stringify(message.attributes)}::jsonb,
        ${message.receiveCount}, ${giftId}::uuid, ${requestId}, error, fingerprint
      from kind
      on conflict (message_id) do nothing
      returning id
    ), seen as (
      insert into error_fingerprints (fingerprint, error)
      select fingerprint, normalized_error from kind where exists (select from letter)
      on conflict (fingerprint) do update set last_seen_at = now()
      returning old.last_seen_at
    )
    select exists (select from gift) as is_gift_failed, exists (select from letter) as is_new,
      exists (
        select from seen
        where last_seen_at is null or last_seen_at < now() - make_interval(days => ${fingerprintMemoryDays})
      ) as is_new_error,
      error, normalized_error, fingerprint
    from kind`.execute(db);
  const [row] = rows;
  if (!row) throw new Error(`message ${message.messageId} was not recorded: the statement returned no row`);
  return row;
}
