/** Whether another attempt can end differently. */
export type SendErrorKind = "transient" | "permanent";

/** Whether the provider may still act on a call that failed: a redrive waits until it no longer can. */
export type SendEffect = "none" | "unknown";

/** Every failure of a send, as `last_error` and the attempts show it. docs/api.md explains each. */
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
