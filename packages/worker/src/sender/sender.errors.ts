import { HandlerTimeoutError } from "@gift/queue/error";

export type SendErrorKind = "transient" | "permanent";

/** What the worker does about a failed attempt: the only place that decides it. */
export const reactions = {
  /** Made again after a backoff; FAILED on the final receive. */
  transient: "retry",
  /** FAILED at once: another attempt can't end differently. */
  permanent: "fail",
} as const satisfies Record<SendErrorKind, "retry" | "fail">;

/** Whether the provider may still act on a call that failed: a redrive waits until it no longer can. */
export type SendEffect = "none" | "unknown";

/** Every failure of a send, as `last_error` and the attempts show it. docs/errors.md explains each. */
export const sendErrors = {
  PROVIDER_UNAVAILABLE: { kind: "transient", effect: "none", message: "the provider is not available" },
  PROVIDER_RESPONSE_LOST: {
    kind: "transient",
    effect: "unknown",
    message: "the provider's answer was lost; the send may have taken effect",
  },
  PROVIDER_TIMEOUT: {
    kind: "transient",
    effect: "unknown",
    message: "the provider didn't answer in time; the send may have taken effect",
  },
  PROVIDER_REFUSED: { kind: "permanent", effect: "none", message: "the provider refuses this gift" },
  /** The sender threw what it has no code for. Transient: a bug that is fixed meanwhile costs no gift. */
  SENDER_FAILED: {
    kind: "transient",
    effect: "unknown",
    message: "the sender failed unexpectedly; the log has the error",
  },
} as const satisfies Record<string, { kind: SendErrorKind; effect: SendEffect; message: string }>;

export type SendErrorCode = keyof typeof sendErrors;

/** One failed attempt to send. */
export class SendError extends Error {
  readonly code: SendErrorCode;
  readonly kind: SendErrorKind;

  constructor(code: SendErrorCode, options?: ErrorOptions) {
    super(sendErrors[code].message, options);
    this.name = "SendError";
    this.code = code;
    this.kind = sendErrors[code].kind;
  }
}

/**
 * Gives what a sender threw its code.
 * @param err anything thrown
 */
export function toSendError(err: unknown): SendError {
  if (err instanceof SendError) return err;
  if (err instanceof HandlerTimeoutError) return new SendError("PROVIDER_TIMEOUT", { cause: err });
  return new SendError("SENDER_FAILED", { cause: err });
}
