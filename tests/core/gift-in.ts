import { randomUUID } from "node:crypto";
import type { Database } from "@gift/core/database/database";
import { createGift } from "@gift/core/gift/create";
import type { GiftStatus } from "@gift/core/gift/gift.state";
import { markFailed } from "@gift/core/gift/mark-failed";
import { markSent } from "@gift/core/gift/mark-sent";
import { requestSend } from "@gift/core/gift/request-send";
import { deleteFromOutbox } from "@gift/core/outbox/delete";
import { type Attempt, beginAttempt } from "@gift/core/send-attempt/begin";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import type { Kysely } from "kysely";

export interface SeededGift {
  readonly id: string;
  /** Under which it was sent; nothing has used it yet while the gift is CREATED. */
  readonly requestId: string;
  /** The message that carries its send. */
  readonly body: string;
}

export const unknownGiftId = "00000000-0000-7000-8000-000000000000";

/** A gift brought to a state by the verbs themselves, its message published. */
export async function giftIn(db: Kysely<Database>, status: GiftStatus): Promise<SeededGift> {
  const { id } = await createGift(db, { amount: 100, message: null });
  const requestId = randomUUID();
  const gift = { id, requestId, body: encodeSendMessage(id, requestId) };
  if (status === "CREATED") return gift;
  const outcome = await requestSend(db, { giftId: id, owner: "anybody", requestId, leaseSeconds: 30 });
  if (outcome.kind === "accepted") await deleteFromOutbox(db, [outcome.message.id]);
  if (status === "QUEUED") return gift;
  const attempt = await begun(db, gift);
  if (status === "SENT") await markSent(db, attempt, "reference");
  else await markFailed(db, attempt, { code: "PROVIDER_REFUSED", message: "no" });
  return gift;
}

/** The attempt of a delivery that must find its gift QUEUED. */
export async function begun(db: Kysely<Database>, gift: SeededGift): Promise<Attempt> {
  const beginning = await beginAttempt(db, { giftId: gift.id, requestId: gift.requestId, receiveCount: 1 });
  if (beginning.kind !== "begun") throw new Error(`the attempt did not begin: ${beginning.kind}`);
  return beginning.attempt;
}

/** A message as the dead-letter handler receives it. */
export function deadMessage(body: string) {
  return { messageId: randomUUID(), queue: "gift-dead-letters", body, attributes: {}, receiveCount: 1 };
}

/** Every row of every table, to prove that nothing changed. */
export async function everything(db: Kysely<Database>) {
  return {
    gifts: await db.selectFrom("gifts").selectAll().orderBy("id").execute(),
    sendRequests: await db.selectFrom("send_requests").selectAll().orderBy("gift_id").orderBy("request_id").execute(),
    outbox: await db.selectFrom("outbox").selectAll().orderBy("id").execute(),
    attempts: await db.selectFrom("send_attempts").selectAll().orderBy("id").execute(),
    deadLetters: await db.selectFrom("dead_letters").selectAll().orderBy("id").execute(),
    requeues: await db.selectFrom("requeues").selectAll().orderBy("id").execute(),
    errorFingerprints: await db.selectFrom("error_fingerprints").selectAll().orderBy("fingerprint").execute(),
  };
}

/** The gift's own rows. */
export async function rowsOf(db: Kysely<Database>, giftId: string) {
  const all = await everything(db);
  return {
    gift: all.gifts.find((row) => row.id === giftId),
    sendRequests: all.sendRequests.filter((row) => row.gift_id === giftId),
    outbox: all.outbox.filter((row) => row.body.includes(giftId)),
    attempts: all.attempts.filter((row) => row.gift_id === giftId),
    deadLetters: all.deadLetters.filter((row) => row.gift_id === giftId),
  };
}
