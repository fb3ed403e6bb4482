import { type SendErrorCode, type SendErrorKind, sendErrors } from "@gift/core/send-attempt/send-error";
import { HandlerTimeoutError } from "@gift/queue/error";

/** What the worker does about a failed attempt: the only place that decides it. */
export const reactions = {
  /** Made again after a backoff; FAILED on the final receive. */
  transient: "retry",
  /** FAILED at once: another attempt can't end differently. */
  permanent: "fail",
} as const satisfies Record<SendErrorKind, "retry" | "fail">;

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
