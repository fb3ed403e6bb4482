import type { DeadLetter } from "@gift/core/dead-letter/find";
import type { Gift } from "@gift/core/gift/gift";

/** A gift as `--json` prints it. */
export function giftDocument(gift: Gift) {
  return {
    gift_id: gift.id,
    code: gift.code,
    amount: gift.amount,
    message: gift.message,
    client_id: gift.clientId,
    status: gift.status,
    request_id: gift.requestId,
    last_error: gift.lastError,
    created_at: gift.createdAt,
    updated_at: gift.updatedAt,
  };
}

/** A dead letter as `--json` prints it. */
export function deadLetterDocument({ id, ...row }: DeadLetter) {
  return { dead_letter_id: id, ...row };
}
