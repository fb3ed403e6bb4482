import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { GiftNotFoundError } from "../gift/gift.errors.ts";
import { queueAgain } from "../gift/queue-again.ts";
import { DeadLetterNotFoundError } from "./dead-letter.errors.ts";

export type RedriveOutcome =
  | { readonly kind: "redriven"; readonly requestId: string }
  /** REDRIVEN or DISCARDED before. */
  | { readonly kind: "resolved_before" }
  /** The gift is not FAILED under its request: sent, redriven otherwise, or never a gift. */
  | { readonly kind: "not_failed" };

export interface GiftRedrive {
  readonly requestId: string;
  /** The OPEN dead letters of the failed request, now REDRIVEN; none after a permanent error. */
  readonly deadLetterIds: readonly string[];
}

/**
 * Sends a dead letter's gift again: the gift, its new send request, its outbox message and the audit in one
 * transaction. Doing it twice changes nothing the second time.
 * @param trx a transaction of its own
 * @param letter the dead letter's id, and who does it
 * @throws DeadLetterNotFoundError
 */
export async function redriveDeadLetter(
  trx: Transaction<Database>,
  letter: { id: string; operator: string },
): Promise<RedriveOutcome> {
  const row = await trx
    .selectFrom("dead_letters")
    .select(["state", "gift_id", "request_id"])
    .where("id", "=", letter.id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new DeadLetterNotFoundError(letter.id);
  if (row.state !== "OPEN") return { kind: "resolved_before" };
  if (row.gift_id === null || row.request_id === null) return { kind: "not_failed" };
  const { operator } = letter;
  const requestId = await queueAgain(trx, { giftId: row.gift_id, failedRequestId: row.request_id, operator });
  if (requestId === undefined) return { kind: "not_failed" };
  await closeDeadLetters(trx, [letter.id], { requestId, operator });
  return { kind: "redriven", requestId };
}

/**
 * Sends a FAILED gift again, whether or not it has a dead letter, and closes the one it has.
 * @param trx a transaction of its own
 * @param redrive the gift, and who does it
 * @returns undefined when the gift is not FAILED: nothing changed
 * @throws GiftNotFoundError
 */
export async function redriveGift(
  trx: Transaction<Database>,
  redrive: { giftId: string; operator: string },
): Promise<GiftRedrive | undefined> {
  // Dead letters first, then the gift: the order of redriveDeadLetter, so that the two never wait for each other in a
  // circle.
  const letters = await trx
    .selectFrom("dead_letters")
    .select(["id", "request_id"])
    .where("gift_id", "=", redrive.giftId)
    .where("state", "=", "OPEN")
    .orderBy("id")
    .forUpdate()
    .execute();
  const gift = await trx
    .selectFrom("gifts")
    .select("request_id")
    .where("id", "=", redrive.giftId)
    .forUpdate()
    .executeTakeFirst();
  if (!gift) throw new GiftNotFoundError();
  const requestId = await queueAgain(trx, redrive);
  if (requestId === undefined) return undefined;
  const deadLetterIds = letters.filter((letter) => letter.request_id === gift.request_id).map((letter) => letter.id);
  await closeDeadLetters(trx, deadLetterIds, { requestId, operator: redrive.operator });
  return { requestId, deadLetterIds };
}

/** OPEN → REDRIVEN, with the new request and who asked for it. */
async function closeDeadLetters(
  trx: Transaction<Database>,
  ids: readonly string[],
  by: { requestId: string; operator: string },
): Promise<void> {
  await sql`
    update dead_letters
    set state = 'REDRIVEN', redrive_request_id = ${by.requestId}, resolved_by = ${by.operator}, resolved_at = now()
    where id = any(${ids}::bigint[])`.execute(trx);
}
