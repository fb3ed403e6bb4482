import { randomUUID } from "node:crypto";
import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { appendToOutbox } from "../outbox/append.ts";
import { remainingEffectSeconds } from "../send-attempt/effect.ts";
import { encodeSendMessage, sendQueue } from "../send-request/send-message.ts";
import { encodeSendResponse } from "../send-request/send-response.ts";
import { edges } from "./gift.state.ts";

export interface FailedGift {
  readonly giftId: string;
  /** Only if the gift failed under this send request; undefined takes whichever it failed under. */
  readonly failedRequestId?: string;
  /** Who does it, for the audit. */
  readonly operator: string;
}

/**
 * FAILED → QUEUED under a new request id, with its send request and its outbox message. The message leaves when no
 * attempt under an earlier key can take effect any more: only then does the worker's question to the provider have a
 * final answer. The half of a redrive that knows no dead letters.
 * @param trx the transaction that also closes the gift's dead letters
 * @returns the new request id, or undefined when the gift is not FAILED (or not under that request): nothing changed
 */
export async function queueAgain(trx: Transaction<Database>, gift: FailedGift): Promise<string | undefined> {
  const { from, to } = edges.redrive;
  const requestId = `redrive-${randomUUID()}`;
  // Waits for an attempt that is beginning (it holds `for key share`), and one that comes later finds the new request
  // id.
  await sql`select from gifts where id = ${gift.giftId} for update`.execute(trx);
  let update = trx
    .updateTable("gifts")
    .set({ status: to, request_id: requestId, updated_at: sql<Date>`now()` })
    .where("id", "=", gift.giftId)
    .where("status", "=", from);
  if (gift.failedRequestId !== undefined) update = update.where("request_id", "=", gift.failedRequestId);
  const moved = await update.returning("id").executeTakeFirst();
  if (!moved) return undefined;
  await trx
    .insertInto("send_requests")
    .values({
      gift_id: gift.giftId,
      request_id: requestId,
      response_body: encodeSendResponse(gift.giftId, requestId),
      redriven_by: gift.operator,
    })
    .execute();
  const delaySeconds = await remainingEffectSeconds(trx, gift.giftId);
  await appendToOutbox(trx, {
    destination: sendQueue,
    body: encodeSendMessage(gift.giftId, requestId),
    delaySeconds,
  });
  return requestId;
}
