export const deadLetterStates = ["OPEN", "REDRIVEN", "DISCARDED"] as const;

export type DeadLetterState = (typeof deadLetterStates)[number];

/** A message that reached a dead-letter queue, and what an operator did about it. */
export interface DeadLetter {
  readonly id: string;
  /** SQS keeps it over the move, so a message delivered twice is one dead letter. */
  readonly messageId: string;
  /** The fleet's name of the dead-letter queue. */
  readonly queue: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly receiveCount: number;
  /** From the body; null when it can't be parsed. */
  readonly giftId: string | null;
  readonly requestId: string | null;
  /** `CODE: message`: why it is here. */
  readonly error: string;
  /** Dead letters with the same error have the same; null in those that an earlier version recorded. */
  readonly errorFingerprint: string | null;
  readonly state: DeadLetterState;
  readonly redriveRequestId: string | null;
  /** Who redrove or discarded it. */
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date | null;
  readonly createdAt: Date;
}

/** A number of 8 bytes, as text: a JSON number isn't exact that far. */
export const deadLetterIdPattern = "^[1-9][0-9]{0,17}$";

/** The part of `error` before the colon. */
export const errorCodePattern = "^[A-Z][A-Z0-9_]*$";
