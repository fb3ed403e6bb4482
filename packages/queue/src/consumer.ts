import { type ConsumerOptions, checkOptions } from "./options.ts";
import { SlotConsumer } from "./slot-consumer.ts";
import type { ConsumerStats } from "./stats.ts";

export type { ConsumerObserver } from "./observer.ts";
export type { ConsumerOptions, HandlerContext } from "./options.ts";
export type { ConsumerStats } from "./stats.ts";

export interface Consumer {
  /**
   * Checks the queue's RedrivePolicy and begins to poll.
   * @throws ConsumerConfigurationError when it differs from `maxReceiveCount`; the SDK's error when SQS can't be asked
   */
  start(): Promise<void>;
  /**
   * Stops for good. Resolves when nothing of the consumer is in flight: polls have ended by themselves, messages in
   * hand are settled (near the deadline: aborted and released), acknowledgements are flushed. A second call waits for
   * the first.
   * @param options.deadlineMilliseconds how long handlers and flushes may take, from now
   */
  stop(options: { deadlineMilliseconds: number }): Promise<void>;
  stats(): ConsumerStats;
}

/**
 * Creates a consumer of one queue: long polls, slots, batched acknowledgements, leases that are extended while a
 * message is in hand, and a circuit that pauses when nearly everything fails.
 * @throws ConsumerConfigurationError when an option is out of bounds
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  checkOptions(options);
  const consumer = new SlotConsumer(options);
  return {
    start: () => consumer.start(),
    stop: ({ deadlineMilliseconds }) => consumer.stop(deadlineMilliseconds),
    stats: () => consumer.stats(),
  };
}
