import type { Attempt, GiftToSend } from "@gift/core/send-attempt/begin";
import { idempotencyKeyOf, type Sender, type Sent } from "./sender.ts";

/**
 * Sends a gift unless an earlier send request of it has taken effect already. A redrive comes under a new key, and the
 * failure before it may have been an answer that got lost: only the provider knows. Retries under one key need no
 * question, the key itself holds.
 * @param sender the provider
 * @param signal aborts the calls
 * @throws as `Sender.send` does
 */
export async function sendOnce(
  sender: Sender,
  { giftId, requestId }: Attempt,
  { code, amount, message, earlierRequestIds }: GiftToSend,
  signal: AbortSignal,
): Promise<Sent> {
  for (const earlier of earlierRequestIds) {
    const sent = await sender.find(idempotencyKeyOf({ giftId, requestId: earlier }), signal);
    if (sent) return sent;
  }
  const idempotencyKey = idempotencyKeyOf({ giftId, requestId });
  return await sender.send({ idempotencyKey, giftId, code, amount, message, signal });
}
