import { ConsumerConfigurationError } from "@gift/queue/error";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createRecordedSqsClient } from "../support/sqs-client.ts";
import { createTestConsumer, whileRunning } from "../support/sqs-consumer.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

async function start(queueUrl: string, maxReceiveCount?: number) {
  const recorded = createRecordedSqsClient();
  const limit = maxReceiveCount === undefined ? {} : { maxReceiveCount };
  const consumer = createTestConsumer({ client: recorded.client, queueUrl, ...limit });
  const err: unknown = await consumer.start().catch((reason: unknown) => reason);
  return { err, consumer, polls: recorded.callsOf("ReceiveMessage").length };
}

test("a queue with another maxReceiveCount is refused: the error says both numbers and what to do, nothing polls", async () => {
  const { queueUrl } = await sqs.createQueueWithDeadLetters("mismatch", { maxReceiveCount: 3 });
  const { err, polls } = await start(queueUrl, 5);
  expect(err).toBeInstanceOf(ConsumerConfigurationError);
  expect(String(err)).toContain("configured with maxReceiveCount 5, but the RedrivePolicy of");
  expect(String(err)).toContain("mismatch says 3. Make them equal: deploy the queue with the number the consumer uses");
  expect(polls).toBe(0);
});

test("a limit without a RedrivePolicy, and a RedrivePolicy without a limit, are refused", async () => {
  const plain = await sqs.createQueue("plain");
  const { queueUrl } = await sqs.createQueueWithDeadLetters("unexpected", { maxReceiveCount: 3 });
  expect(String((await start(plain, 5)).err)).toContain("maxReceiveCount 5, but the RedrivePolicy of");
  expect(String((await start(plain, 5)).err)).toContain("says none");
  expect(String((await start(queueUrl)).err)).toContain("configured with maxReceiveCount none");
});

test("equal numbers start, also when the policy spells its number as a string", async () => {
  await sqs.createQueue("spelled-dead-letters");
  const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:spelled-dead-letters";
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: "4" });
  const queueUrl = await sqs.createQueue("spelled", { RedrivePolicy });
  const consumer = createTestConsumer({ client: sqs.client, queueUrl, maxReceiveCount: 4 });
  await whileRunning(consumer, () => {
    expect(consumer.stats().phase).toBe("running");
    return Promise.resolve();
  });
});

test("a queue that doesn't exist is the SDK's error, and start may be tried again once it does", async () => {
  const { err, consumer } = await start(`${sqs.origin}/000000000000/created-later`);
  expect(err).toMatchObject({ name: "QueueDoesNotExist" });
  await sqs.createQueue("created-later");
  await whileRunning(consumer, () => Promise.resolve());
});
