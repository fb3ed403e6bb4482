import type { Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { redriveGift } from "../gift/redrive.ts";
import { DeadLetterNotFoundError } from "./dead-letter.errors.ts";
import { closeDeadLetters } from "./redrive-gift.ts";

export type RedriveOutcome =
  | { readonly kind: "redriven"; readonly requestId: string }
  /** REDRIVEN or DISCARDED before. */
  | { readonly kind: "resolved_before" }
  /** The gift is not FAILED under the letter's request: sent, redriven otherwise, or never a gift. */
  | { readonly kind: "not_failed" };

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
  const requestId = await redriveGift(trx, { giftId: row.gift_id, failedRequestId: row.request_id, operator });
  if (requestId === undefined) return { kind: "not_failed" };
  await closeDeadLetters(trx, [letter.id], { requestId, operator });
  return { kind: "redriven", requestId };
}
