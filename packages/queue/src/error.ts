/** The message's lease is gone: SQS may have handed it to another consumer. Reason of the handler's abort signal. */
export class LeaseLostError extends Error {
  readonly code = "LEASE_LOST";
  constructor(options?: { cause?: unknown }) {
    super("the lease of the message was lost: another consumer may be handling it", options);
    this.name = "LeaseLostError";
  }
}

/** The handler ran longer than it may. Reason of the handler's abort signal. */
export class HandlerTimeoutError extends Error {
  readonly code = "HANDLER_TIMEOUT";
  readonly timeoutSeconds: number;
  constructor(timeoutSeconds: number) {
    super(`the handler ran longer than ${timeoutSeconds} s`);
    this.name = "HandlerTimeoutError";
    this.timeoutSeconds = timeoutSeconds;
  }
}

/** The consumer's stop ran out of time. Reason of the handler's abort signal. */
export class ConsumerStoppingError extends Error {
  readonly code = "CONSUMER_STOPPING";
  constructor() {
    super("the consumer is stopping and its deadline is near");
    this.name = "ConsumerStoppingError";
  }
}

/** One entry of a batch call failed while the call itself succeeded. */
export class EntryFailedError extends Error {
  /** SQS's code, e.g. `ReceiptHandleIsInvalid` or `InternalError`. */
  readonly code: string;
  /** True when sending the same entry again can't succeed. */
  readonly senderFault: boolean;
  constructor(entry: { code: string; senderFault: boolean; message: string }) {
    super(entry.message);
    this.name = "EntryFailedError";
    this.code = entry.code;
    this.senderFault = entry.senderFault;
  }
}

/** The consumer's options and the queue's RedrivePolicy disagree, or an option is out of bounds. */
export class ConsumerConfigurationError extends Error {
  readonly code = "CONSUMER_CONFIGURATION";
  constructor(message: string) {
    super(message);
    this.name = "ConsumerConfigurationError";
  }
}

/** SQS didn't accept a message. */
export class PublishError extends Error {
  /** SQS's or the SDK's code for it. */
  readonly code: string;
  constructor(code: string, cause: unknown) {
    super(`the message was not published: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "PublishError";
    this.code = code;
  }
}
