import type { Message } from "./message.ts";

/** A message in our hands: SQS hides it from other consumers until the lease expires. Times are `performance.now()`. */
export interface Lease {
  readonly message: Message;
  readonly receiptHandle: string;
  /** SQS handed it out no earlier: what the lease is counted from. */
  readonly receivedAt: number;
  expiresAt: number;
  /** The extension in flight. What changes the visibility next waits for it: SQS keeps the change that lands last. */
  extending: Promise<void> | undefined;
  /** When the handler was called; 0 while the message is buffered. */
  startedAt: number;
  /** Ends the handler's time; cleared as soon as the message is settled. */
  timeout: NodeJS.Timeout | undefined;
  /** Aborts the handler; the reason is one of the errors of `error.ts`. */
  readonly controller: AbortController;
}

/**
 * @param receivedAt SQS handed it out no earlier
 * @param visibilityTimeoutSeconds what the receive asked for
 */
export function createLease(
  message: Message,
  receiptHandle: string,
  receivedAt: number,
  visibilityTimeoutSeconds: number,
): Lease {
  const expiresAt = receivedAt + visibilityTimeoutSeconds * 1_000;
  const controller = new AbortController();
  return {
    message,
    receiptHandle,
    receivedAt,
    expiresAt,
    startedAt: 0,
    extending: undefined,
    timeout: undefined,
    controller,
  };
}
