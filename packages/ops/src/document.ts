import type { Gift } from "@gift/core/gift/gift";
import { isOutputLogged } from "./config.ts";

/** A gift as `--json` prints it. What is for its receiver alone is in no log: on a deployed stage the output is one. */
export function giftDocument(gift: Gift) {
  const isLogged = isOutputLogged();
  return {
    gift_id: gift.id,
    ...(!isLogged && { code: gift.code }),
    amount: gift.amount,
    ...(!isLogged && { message: gift.message }),
    client_id: gift.clientId,
    status: gift.status,
    request_id: gift.requestId,
    last_error: gift.lastError,
    created_at: gift.createdAt,
    updated_at: gift.updatedAt,
  };
}
