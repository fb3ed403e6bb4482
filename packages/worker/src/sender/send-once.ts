import type { Attempt, GiftToSend } from "@gift/core/send-attempt/begin";
import { refuseLateCall } from "./late-call.ts";
import { idempotencyKeyOf, type Sender, type Sent } from "./sender.ts";

/** The time in which an attempt may call the provider. */
export interface CallTime {
  /** Aborts the calls. */
  readonly signal: AbortSignal;
  /** When the attempt was about to begin, in monotonic milliseconds. */
  readonly startedAt: number;
}

/**
 * Sends a gift unless an earlier send request of it has taken effect already. A redrive comes under a new key, and the
 * failure before it may have been an answer that got lost: only the provider knows. Retries under one key need no
 * question, the key itself holds.
 * @param sender the provider
 * @param time the attempt's time
 * @throws as `Sender.send` does; LateCallError when the time is over, and then nothing was sent
 */
export async function sendOnce(
  sender: Sender,
  { giftId, requestId }: Attempt,
  { code, amount, message, earlierRequestIds }: GiftToSend,
  { signal, startedAt }: CallTime,
): Promise<Sent> {
  for (const earlier of earlierRequestIds) {
    const sent = await sender.find(idempotencyKeyOf({ giftId, requestId: earlier }), signal);
    if (sent) return sent;
  }
  const idempotencyKey = idempotencyKeyOf({ giftId, requestId });
  refuseLateCall(startedAt);
  return await sender.send({ idempotencyKey, giftId, code, amount, message, signal });
}
