import type { Digest } from "./digest.ts";

/** What became of a message that was posted. */
export type Posted =
  | { readonly kind: "delivered" }
  /** Not now: the other side is busy or broken. */
  | { readonly kind: "later"; readonly reason: string; readonly retryAfterMilliseconds?: number }
  /** Not ever: the address is gone, or the message is one that it doesn't take. */
  | { readonly kind: "refused"; readonly reason: string };

/** Where people are told of dead letters. */
export interface Channel {
  /**
   * Posts one message. What it throws (no connection, an abort) counts as "later".
   * @param signal ends the wait for an answer
   */
  post(digest: Digest, signal: AbortSignal): Promise<Posted>;
}
