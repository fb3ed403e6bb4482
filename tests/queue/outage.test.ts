import { acknowledge } from "@gift/queue/verdict";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createRecordedSqsClient } from "../support/sqs-client.ts";
import { createTestConsumer, numbered, pass, until, whileRunning } from "../support/sqs-consumer.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

test("receive errors back off instead of spinning, are told, and polling recovers by itself", async () => {
  const queueUrl = await sqs.createQueue("receive-errors");
  await sqs.send(queueUrl, numbered(3));
  const recorded = createRecordedSqsClient();
  recorded.fault("ReceiveMessage", (_call, send) =>
    recorded.callsOf("ReceiveMessage").length <= 3 ? Promise.reject(new Error("throttled")) : send(),
  );
  const pauses: number[] = [];
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    observer: { pollFailed: (_err, { retryAfterMilliseconds }) => pauses.push(retryAfterMilliseconds) },
  });
  await whileRunning(consumer, () => until(() => consumer.handled.length === 3));
  const [first = 0, second = 0, third = 0] = recorded.callsOf("ReceiveMessage").map((call) => call.startedAt);
  expect(pauses).toHaveLength(3);
  expect(second - first).toBeGreaterThan(95);
  expect(third - second).toBeGreaterThan(195);
  expect(consumer.totals.pollsFailed).toBe(3);
});

test("SQS goes away under load and comes back: nothing is lost, nothing crashes, the consumer goes on", async () => {
  // A response that was lost with its connection comes back after the visibility timeout.
  const queueUrl = await sqs.createQueue("outage");
  await sqs.send(queueUrl, numbered(300));
  const recorded = createRecordedSqsClient();
  const handled = new Set<string>();
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 5,
    prefetch: 5,
    visibilityTimeoutSeconds: 2,
    async handle({ body }) {
      await pass(5);
      handled.add(body);
      return acknowledge;
    },
  });
  await whileRunning(consumer, async () => {
    await until(() => handled.size >= 50);
    await sqs.goAway();
    await until(() => consumer.totals.pollsFailed >= 2);
    const sizeDuringOutage = handled.size;
    expect(sizeDuringOutage).toBeLessThan(300);
    await sqs.comeBack();
    await until(() => handled.size === 300);
    await until(async () => {
      const { visible, inFlight } = await sqs.counts(queueUrl);
      return visible + inFlight === 0;
    });
  });
  expect(consumer.stats().phase).toBe("stopped");
});

test("a receive whose response is lost costs a receive count, not the message", async () => {
  const queueUrl = await sqs.createQueue("lost-response");
  await sqs.send(queueUrl, ["body"]);
  const recorded = createRecordedSqsClient();
  let lost = 0;
  recorded.fault("ReceiveMessage", async (_call, send) => {
    const result = await send();
    if (lost > 0) return result;
    lost += 1;
    throw new Error("connection reset");
  });
  const consumer = createTestConsumer({ client: recorded.client, queueUrl, visibilityTimeoutSeconds: 1 });
  await whileRunning(consumer, () => until(() => consumer.handled.length === 1));
  expect(consumer.handled[0]?.receiveCount).toBe(2);
});

test("while deletes don't get through, the consumer stops receiving instead of piling up duplicates", async () => {
  const queueUrl = await sqs.createQueue("deletes-fail");
  await sqs.send(queueUrl, numbered(1_300));
  const recorded = createRecordedSqsClient();
  recorded.fault("DeleteMessageBatch", () => Promise.reject(new Error("throttled")));
  const consumer = createTestConsumer({ client: recorded.client, queueUrl });
  await whileRunning(consumer, async () => {
    // No poll is open and nothing runs for a moment at the start and between polls, too.
    await until(() => {
      const { running, unconfirmed } = consumer.stats();
      return unconfirmed >= 1_000 && running === 0 && recorded.open("ReceiveMessage").length === 0;
    });
    expect(consumer.handled.length).toBeLessThanOrEqual(1_040);
    recorded.fault("DeleteMessageBatch", undefined);
    await until(() => consumer.totals.acknowledged === 1_300);
  });
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
});
