import { sendQueue } from "@gift/core/send-request/send-message";
import { createSendGift } from "../handler/send-gift.ts";
import type { Sender } from "../sender/sender.ts";
import { type ConsumerRoleOptions, startConsumerRole } from "./consumer-role.ts";
import type { Role } from "./role.ts";

export interface GiftRoleOptions extends ConsumerRoleOptions {
  /** Stays the caller's to close, after the role has stopped. */
  readonly sender: Sender;
}

/**
 * Starts the role that sends gifts.
 * @throws ConsumerConfigurationError when the queue's RedrivePolicy differs from `tuning.maxReceiveCount`
 */
export function startGiftRole(options: GiftRoleOptions): Promise<Role> {
  return startConsumerRole({ name: "gift", queue: sendQueue }, options, createSendGift(options));
}
