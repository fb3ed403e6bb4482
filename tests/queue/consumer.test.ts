import { SendMessageCommand } from "@aws-sdk/client-sqs";
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

test("2,000 messages are handled once each, never more than the slots at once, with 0.25 calls per message", async () => {
  const queueUrl = await sqs.createQueue("many");
  await sqs.send(queueUrl, numbered(2_000));
  const recorded = createRecordedSqsClient();
  let running = 0;
  let mostRunning = 0;
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 40,
    async handle() {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await pass(5);
      running -= 1;
      return acknowledge;
    },
  });
  let mostInHand = 0;
  await whileRunning(consumer, () =>
    until(() => {
      const { buffered } = consumer.stats();
      mostInHand = Math.max(mostInHand, buffered + running);
      return consumer.handled.length >= 2_000;
    }),
  );
  expect(new Set(consumer.handled.map((message) => message.body)).size).toBe(2_000);
  expect(consumer.handled).toHaveLength(2_000);
  expect(mostRunning).toBe(40);
  expect(mostInHand).toBeLessThanOrEqual(50);
  expect(recorded.calls.length / 2_000).toBeLessThanOrEqual(0.25);
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  expect(consumer.totals).toMatchObject({ received: 2_000, acknowledged: 2_000, failed: 0 });
});

test("what is received and not settled never exceeds slots plus prefetch, whatever the receivers bring at once", async () => {
  const queueUrl = await sqs.createQueue("bounded");
  await sqs.send(queueUrl, numbered(400));
  const recorded = createRecordedSqsClient();
  // Slow responses: several polls are open at once, and each could fill the same room.
  recorded.fault("ReceiveMessage", async (_call, send) => {
    const result = await send();
    await pass(15);
    return result;
  });
  let inHand = 0;
  let mostInHand = 0;
  const crowd = Promise.withResolvers<void>();
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 15,
    prefetch: 10,
    async handle() {
      // The first ones until a second response has come: otherwise a slow machine would never hold more than one.
      await crowd.promise;
      await pass(4);
      return acknowledge;
    },
    observer: {
      received(messages) {
        inHand += messages.length;
        mostInHand = Math.max(mostInHand, inHand);
        if (inHand > 10) crowd.resolve();
      },
      finished() {
        inHand -= 1;
      },
    },
  });
  await whileRunning(consumer, () => until(() => consumer.handled.length === 400));
  expect(recorded.callsOf("ReceiveMessage").length).toBeGreaterThan(10);
  expect(mostInHand).toBeGreaterThan(10);
  expect(mostInHand).toBeLessThanOrEqual(25);
});

test("slow messages don't hold up fast ones", async () => {
  const queueUrl = await sqs.createQueue("skew");
  await sqs.send(queueUrl, ["slow", ...numbered(200)]);
  const slow = Promise.withResolvers<void>();
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    slots: 2,
    prefetch: 2,
    async handle(message) {
      if (message.body === "slow") await slow.promise;
      return acknowledge;
    },
  });
  await whileRunning(consumer, async () => {
    await until(() => consumer.totals.acknowledged === 200);
    expect(consumer.stats().running).toBe(1);
    slow.resolve();
    await until(() => consumer.totals.acknowledged === 201);
  });
});

test("an idle consumer keeps one long poll open and makes no other call", async () => {
  const queueUrl = await sqs.createQueue("idle");
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({ client: recorded.client, queueUrl, waitTimeSeconds: 1 });
  let mostOpen = 0;
  await whileRunning(consumer, async () => {
    await until(() => {
      mostOpen = Math.max(mostOpen, recorded.open("ReceiveMessage").length);
      return recorded.callsOf("ReceiveMessage").length === 3;
    });
  });
  const [first, , third] = recorded.callsOf("ReceiveMessage");
  expect(mostOpen).toBe(1);
  // Two waits of a second lie between the first and the third.
  expect((third?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThan(1_900);
  expect(recorded.calls.filter((call) => call.operation !== "ReceiveMessage")).toHaveLength(1);
});

test("after a burst the additional receivers end and one long poll is left", async () => {
  const queueUrl = await sqs.createQueue("burst");
  await sqs.send(queueUrl, numbered(300));
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({ client: recorded.client, queueUrl, slots: 40, waitTimeSeconds: 2 });
  let mostOpen = 0;
  await whileRunning(consumer, async () => {
    await until(() => {
      mostOpen = Math.max(mostOpen, recorded.open("ReceiveMessage").length);
      return consumer.handled.length === 300;
    });
    await until(() => recorded.open("ReceiveMessage").length === 1);
  });
  expect(mostOpen).toBeGreaterThan(1);
  expect(mostOpen).toBeLessThanOrEqual(4);
});

test("a message that arrives at an idle consumer is handled at once", async () => {
  const queueUrl = await sqs.createQueue("latency");
  const waits: number[] = [];
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    handle(message) {
      waits.push(performance.now() - Number(message.body));
      return Promise.resolve(acknowledge);
    },
  });
  await whileRunning(consumer, async () => {
    for (let count = 1; count <= 10; count += 1) {
      await pass(50);
      await sqs.send(queueUrl, [String(performance.now())]);
      await until(() => waits.length === count);
    }
  });
  // The emulator alone needs 3 ms (p95 9 ms); a pause between polls would show as 35 ms.
  expect(waits.sort((a, b) => a - b)[5]).toBeLessThan(20);
});

test("a server that answers empty polls at once is not asked in a busy loop", async () => {
  const queueUrl = await sqs.createQueue("hasty");
  const recorded = createRecordedSqsClient();
  recorded.fault("ReceiveMessage", () => Promise.resolve({ output: { $metadata: {} }, response: {} }));
  const consumer = createTestConsumer({ client: recorded.client, queueUrl });
  await whileRunning(consumer, () => pass(1_000));
  // 10, 20, 40 … ms: at most 8 polls fit into a second.
  expect(recorded.callsOf("ReceiveMessage").length).toBeLessThanOrEqual(9);
});

test("a message carries its attributes, receive count and send time", async () => {
  const queueUrl = await sqs.createQueue("attributes");
  const sentAfter = Date.now();
  const MessageAttributes = { traceparent: { DataType: "String", StringValue: "00-abc-def-01" } };
  await sqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "body", MessageAttributes }));
  const consumer = createTestConsumer({ client: sqs.client, queueUrl });
  await whileRunning(consumer, () => until(() => consumer.handled.length === 1));
  const [message] = consumer.handled;
  expect(message).toMatchObject({ body: "body", attributes: { traceparent: "00-abc-def-01" }, receiveCount: 1 });
  expect(message?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(message?.sentAt.getTime()).toBeGreaterThanOrEqual(sentAfter - 1);
});

test("an observer that throws or rejects changes nothing", async () => {
  const queueUrl = await sqs.createQueue("observer");
  await sqs.send(queueUrl, numbered(3));
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    observer: {
      received() {
        throw new Error("observer");
      },
      finished: () => Promise.reject(new Error("async observer")),
    },
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 3));
});

test("options that contradict SQS are refused, all in one sentence", () => {
  const create = () => createTestConsumer({ client: sqs.client, queueUrl: "", slots: 0, waitTimeSeconds: 21 });
  expect(create).toThrow("slots is 0; it must be a whole number from 1");
  expect(create).toThrow("waitTimeSeconds is 21; it must be a whole number from 0 to 20");
});
