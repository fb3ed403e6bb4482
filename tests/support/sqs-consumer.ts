import type { Consumer, ConsumerOptions } from "@gift/queue/consumer";
import { createConsumer } from "@gift/queue/consumer";
import type { Message } from "@gift/queue/message";
import { acknowledge } from "@gift/queue/verdict";
import { expect } from "vitest";
import { type ConsumerTotals, createTotals } from "./consumer-totals.ts";

type Handle = ConsumerOptions["handle"];

/** What a test leaves to the defaults; short waits, so that stops are quick. */
const defaults = {
  name: "test",
  slots: 10,
  prefetch: 10,
  receivers: 4,
  waitTimeSeconds: 1,
  visibilityTimeoutSeconds: 30,
  handlerTimeoutSeconds: 20,
  backoff: { baseSeconds: 1, factor: 1, capSeconds: 1 },
};

export type TestConsumerOptions = Partial<ConsumerOptions> & Pick<ConsumerOptions, "client" | "queueUrl">;

/** A consumer that records whom it handled, and counts what it reports. */
export function createTestConsumer(
  options: TestConsumerOptions,
): Consumer & { handled: Message[]; totals: ConsumerTotals } {
  const handled: Message[] = [];
  const { totals, observer } = createTotals(options.observer);
  const handle: Handle = options.handle ?? (() => Promise.resolve(acknowledge));
  const consumer = createConsumer({
    ...defaults,
    ...options,
    observer,
    handle(message, context) {
      handled.push(message);
      return handle(message, context);
    },
  });
  return { ...consumer, handled, totals };
}

/** Starts the consumer for the length of a test's body, and stops it whatever happens. */
export async function whileRunning<Result>(consumer: Consumer, body: () => Promise<Result>): Promise<Result> {
  await consumer.start();
  try {
    return await body();
  } finally {
    await consumer.stop({ deadlineMilliseconds: 2_000 });
  }
}

/** Waits until a condition holds, at most 10 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  // Not expect.poll: it refuses to work in concurrent tests.
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) expect.fail(`still not so after 10 s: ${condition}`);
    await pass(5);
  }
}

/** Time passes: for tests whose input is a duration, such as a handler that is slow. */
export function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Bodies `0` to `count - 1`. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}
