/** What a provider needs to deliver one gift. */
export interface SendCall {
  /** `gift:{gift_id}:{request_id}`: ours, the same on every attempt of one send, so that the effect happens once. */
  readonly idempotencyKey: string;
  readonly giftId: string;
  readonly code: string;
  readonly amount: number;
  readonly message: string | null;
  /** Aborts the call. Whether the send took effect is then unknown. */
  readonly signal: AbortSignal;
}

export interface Sent {
  /** The provider's own id of the send: the same for every call with one idempotency key. */
  readonly reference: string;
}

/** Delivers gifts. A real provider implements this and nothing else. */
export interface Sender {
  /**
   * Delivers a gift, once per idempotency key however often it is called. It repeats nothing by itself, and a call
   * takes effect within `providerSeconds` or never, also when it was aborted: a redrive relies on both.
   * @throws SendError when the provider answered or failed in a way that has a code; the signal's reason when aborted
   */
  send(call: SendCall): Promise<Sent>;
  /**
   * What the provider knows of a key, for a gift that is sent again under another one.
   * @returns the send that took effect under it, or undefined when none did
   * @throws as `send` does
   */
  find(idempotencyKey: string, signal: AbortSignal): Promise<Sent | undefined>;
  /** Resolves when every handle is closed. No call may be in flight. */
  close(): Promise<void>;
}

/** The provider's idempotency key of one send. */
export function idempotencyKeyOf(send: { giftId: string; requestId: string }): string {
  return `gift:${send.giftId}:${send.requestId}`;
}
