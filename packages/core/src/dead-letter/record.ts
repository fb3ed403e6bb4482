import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges } from "../gift/gift.state.ts";
import { parseSendMessage } from "../send-request/send-message.ts";

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
  const giftId = send?.gift_id ?? null;
  const requestId = send?.request_id ?? null;
  const { from, to } = edges.markFailed;
  const { rows } = await sql<{ is_new: boolean; is_gift_failed: boolean; error: string }>`
    with reason as (
      select case
        when gifts.id is null then ${send ? reasons.unknownGift : reasons.unparsable}
        when gifts.request_id is distinct from ${requestId} then ${reasons.stale}
        when gifts.status = ${edges.markSent.to} then ${reasons.sent}
        else coalesce(gifts.last_error, ${reasons.exhausted})
      end as error
      from (select) as message left join gifts on gifts.id = ${giftId}::uuid
    ), gift as (
      update gifts set status = ${to}, last_error = reason.error, updated_at = now()
      from reason where id = ${giftId}::uuid and status = ${from} and request_id = ${requestId}
      returning id
    ), letter as (
      insert into dead_letters (message_id, queue, body, attributes, receive_count, gift_id, request_id, error)
      select ${message.messageId}, ${message.queue}, ${message.body}, ${JSON.stringify(message.attributes)}::jsonb,
        ${message.receiveCount}, ${giftId}::uuid, ${requestId}, error
      from reason
      on conflict (message_id) do nothing
      returning id
    )
    select exists (select from letter) as is_new, exists (select from gift) as is_gift_failed, error from reason`.execute(
    db,
  );
  const row = rows[0];
  return {
    isNew: row?.is_new ?? false,
    isGiftFailed: row?.is_gift_failed ?? false,
    giftId,
    requestId,
    error: row?.error ?? reasons.exhausted,
  };
}
