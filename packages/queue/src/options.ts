import type { Backoff } from "./backoff.ts";
import type { CircuitOptions } from "./circuit.ts";
import type { SqsClient } from "./client/sqs-client.ts";
import { ConsumerConfigurationError } from "./error.ts";
import type { Message } from "./message.ts";
import type { ConsumerObserver } from "./observer.ts";
import type { Verdict } from "./verdict.ts";

export interface HandlerContext {
  /** Aborts with a LeaseLostError, HandlerTimeoutError or ConsumerStoppingError as reason. */
  readonly signal: AbortSignal;
  /** True from the maxReceiveCount-th receive on: what fails now goes to the dead-letter queue. */
  readonly isFinalReceive: boolean;
}

export interface ConsumerOptions {
  /** Its request timeout must be well below half of the visibility timeout; a poll has its wait on top. */
  readonly client: SqsClient;
  readonly queueUrl: string;
  /** Names the consumer in errors. */
  readonly name: string;
  /** Messages handled at once. */
  readonly slots: number;
  /** Messages received ahead, so that a freed slot never waits for the network. */
  readonly prefetch: number;
  /** Most polls open at once. */
  readonly receivers: number;
  /** Long-poll wait, 0 to 20. A stop waits for it. */
  readonly waitTimeSeconds: number;
  /** How long a received message stays hidden; extended while it is in hand. */
  readonly visibilityTimeoutSeconds: number;
  /** A handler that runs longer is aborted and counts as failed. */
  readonly handlerTimeoutSeconds: number;
  readonly backoff: Backoff;
  /** Must equal the queue's RedrivePolicy; left out, the queue must have none. */
  readonly maxReceiveCount?: number;
  /** Default: window 50, failureRatio 0.9, pauseSeconds 10. */
  readonly circuit?: CircuitOptions;
  /** Handles one message. A throw is a retry after the backoff. */
  handle(message: Message, context: HandlerContext): Promise<Verdict>;
  /** True for an error that means "a dependency is away": it opens the circuit at once. */
  isUnavailable?(err: unknown): boolean;
  /** Asked before the circuit lets a probe through; while false, or when it rejects, the circuit stays open. */
  isReady?(): Promise<boolean>;
  readonly observer?: Partial<ConsumerObserver>;
}

/** @throws ConsumerConfigurationError naming every option that is out of bounds */
export function checkOptions(options: ConsumerOptions): void {
  const problems = [
    ...wholeNumber("slots", options.slots, 1, 100_000),
    ...wholeNumber("prefetch", options.prefetch, 0, 100_000),
    ...wholeNumber("receivers", options.receivers, 1, 24),
    ...wholeNumber("waitTimeSeconds", options.waitTimeSeconds, 0, 20),
    ...wholeNumber("visibilityTimeoutSeconds", options.visibilityTimeoutSeconds, 1, 43_200),
  ];
  if (!(options.handlerTimeoutSeconds > 0)) problems.push("handlerTimeoutSeconds must be above 0");
  if (problems.length > 0) throw new ConsumerConfigurationError(`consumer ${options.name}: ${problems.join("; ")}`);
}

function wholeNumber(option: string, value: number, least: number, most: number): string[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [`${option} is ${value}; it must be a whole number from ${least} to ${most}`];
}
