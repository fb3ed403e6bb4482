import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { GiftNotFoundError } from "../gift/gift.errors.ts";
import { redriveGift } from "../gift/redrive.ts";

export interface GiftRedrive {
  readonly requestId: string;
  /** The OPEN dead letters of the failed request, now REDRIVEN; none after a permanent error. */
  readonly deadLetterIds: readonly string[];
}

/**
 * Sends a FAILED gift again, whether or not it has a dead letter, and closes the one it has.
 * @param trx a transaction of its own
 * @param redrive the gift, and who does it
 * @returns undefined when the gift is not FAILED: nothing changed
 * @throws GiftNotFoundError
 */
export async function redriveFailedGift(
  trx: Transaction<Database>,
  redrive: { giftId: string; operator: string },
): Promise<GiftRedrive | undefined> {
  // Letters first, then the gift: the order of redriveDeadLetter, so that the two never wait for each other in a circle.
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
  const requestId = await redriveGift(trx, redrive);
  if (requestId === undefined) return undefined;
  const deadLetterIds = letters.filter((letter) => letter.request_id === gift.request_id).map((letter) => letter.id);
  await closeDeadLetters(trx, deadLetterIds, { requestId, operator: redrive.operator });
  return { requestId, deadLetterIds };
}

/** OPEN → REDRIVEN, with the new request and who asked for it. */
export async function closeDeadLetters(
  trx: Transaction<Database>,
  ids: readonly string[],
  by: { requestId: string; operator: string },
): Promise<void> {
  await sql`
    update dead_letters
    set state = 'REDRIVEN', redrive_request_id = ${by.requestId}, resolved_by = ${by.operator}, resolved_at = now()
    where id = any(${ids}::bigint[])`.execute(trx);
}
