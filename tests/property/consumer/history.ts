import type { Verdict } from "@gift/queue/verdict";
import type { ModelCall } from "../../support/sqs-model/client.ts";
import type { Faults } from "../../support/sqs-model/fault.ts";
import type { ModelQueue } from "../../support/sqs-model/queue.ts";
import type { ConsumerProgram } from "./program.ts";

/** One call of a handler. Times are the clock's milliseconds. */
export interface Handling {
  readonly messageId: string;
  readonly receiveCount: number;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  /** Handlers that ran in the same consumer when this one started, itself included. */
  readonly concurrency: number;
  endedAt: number | undefined;
  ends: "acknowledge" | "throw" | "retry" | "release" | undefined;
  /** What SQS says at the end: until when the newest delivery hides the message, and whether it is ours. */
  isNewestAtEnd: boolean;
  hiddenUntilAtEnd: number;
}

/** A delivery's fate as the consumer decided it. */
export interface Fate {
  readonly messageId: string;
  readonly receiveCount: number;
  readonly verdict: Verdict;
  readonly at: number;
}

/** One consumer in one process, from its start to its end. */
export interface Life {
  readonly name: string;
  readonly calls: readonly ModelCall[];
  readonly handlings: Handling[];
  readonly fates: Fate[];
  /** Most messages in hand at once. */
  mostInHand: number;
  stopAskedAt: number | undefined;
  stoppedAt: number | undefined;
  killedAt: number | undefined;
  /** Spans in which nothing of it ran. */
  readonly frozen: { readonly from: number; until: number }[];
  /** The acknowledger's messages that SQS hadn't confirmed when it stopped. */
  unconfirmedAtStop: number;
}

export interface History {
  readonly program: ConsumerProgram;
  readonly lives: readonly Life[];
  readonly queue: ModelQueue;
  readonly deadLetters: ModelQueue | undefined;
  /** Messages that SQS accepted. */
  readonly sent: readonly string[];
  /** How many faults of each kind SQS had. */
  readonly faults: Readonly<Record<keyof Faults, number>>;
  /** Whether every message had left the queue when time was up. */
  readonly isDrained: boolean;
}
