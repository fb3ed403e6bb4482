import type { GiftStatus } from "./gift.state.ts";

export interface Gift {
  readonly id: string;
  readonly code: string;
  readonly amount: number;
  readonly message: string | null;
  /** Whose it is; null when it was created where no key was asked for. */
  readonly clientId: string | null;
  readonly status: GiftStatus;
  /** The current send's idempotency key: the fencing token of every transition out of QUEUED. */
  readonly requestId: string | null;
  /** `CODE: message` of the newest failure; null once the gift is SENT. */
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Largest amount that fits the column (`integer`). */
export const maxAmount = 2_147_483_647;

/** Longest message in characters: Unicode code points, as Postgres and JSON Schema count them. */
export const maxMessageCharacters = 500;

/**
 * Whether a text can be a gift's message. NUL is refused because Postgres can't store it, lone surrogates because they
 * would come back as another character.
 */
export function isGiftMessage(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0") && Array.from(text).length <= maxMessageCharacters;
}
