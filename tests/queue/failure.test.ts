import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { HandlerTimeoutError } from "@gift/queue/error";
import { acknowledge, release, retry } from "@gift/queue/verdict";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createRecordedSqsClient } from "../support/sqs-client.ts";
import { createTestConsumer, numbered, pass, until, whileRunning } from "../support/sqs-consumer.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const never = new Promise<never>(() => undefined);

test.concurrent("a handler that throws gets its message again after the backoff, with the receive count one higher", async () => {
  const queueUrl = await sqs.createQueue("throws");
  await sqs.send(queueUrl, ["body"]);
  const attempts: { at: number; receiveCount: number }[] = [];
  const failed: unknown[] = [];
  const verdicts: unknown[] = [];
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    backoff: { baseSeconds: 1, factor: 2, capSeconds: 10 },
    handle({ receiveCount }) {
      attempts.push({ at: performance.now(), receiveCount });
      return receiveCount === 1 ? Promise.reject(new Error("transient")) : Promise.resolve(acknowledge);
    },
    observer: {
      failed: (_message, err) => failed.push(err),
      finished: (_message, { verdict }) => verdicts.push(verdict),
    },
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 1));
  const [first, second] = attempts;
  expect([first?.receiveCount, second?.receiveCount]).toEqual([1, 2]);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(950);
  expect(failed).toEqual([new Error("transient")]);
  expect(verdicts).toEqual([retry(1), acknowledge]);
});

test.concurrent("a handler that throws before it returns a promise is a failure like any other", async () => {
  const queueUrl = await sqs.createQueue("throws-synchronously");
  await sqs.send(queueUrl, ["body"]);
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    handle({ receiveCount }) {
      if (receiveCount === 1) throw new Error("at once");
      return Promise.resolve(acknowledge);
    },
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 1));
  expect(consumer.totals).toMatchObject({ failed: 1, retried: 1 });
});

test.concurrent("retry(afterSeconds) decides the delay itself", async () => {
  const queueUrl = await sqs.createQueue("retry-after");
  await sqs.send(queueUrl, ["body"]);
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    handle: () => Promise.resolve(retry(50_000)),
  });
  await whileRunning(consumer, () => until(() => recorded.callsOf("ChangeMessageVisibilityBatch").length === 1));
  // 12 hours, less the second that has begun since the receive.
  const [change] = recorded.callsOf("ChangeMessageVisibilityBatch");
  expect(change?.input.Entries).toMatchObject([{ VisibilityTimeout: 43_199 }]);
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 1 });
});

test.concurrent("a delay that is no number, or negative, means at once, and spares the other entries of the call", async () => {
  const queueUrl = await sqs.createQueue("odd-delays");
  await sqs.send(queueUrl, numbered(3));
  const delays = [Number.NaN, -5, 0];
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    handle: ({ body, receiveCount }) => Promise.resolve(receiveCount === 1 ? retry(delays[Number(body)]) : acknowledge),
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 3));
  expect(consumer.totals.acknowledgementsFailed).toBe(0);
});

test.concurrent("the last receive is announced, and released after it the message is in the dead-letter queue", async () => {
  const options = { maxReceiveCount: 5 };
  const { queueUrl, deadLettersUrl } = await sqs.createQueueWithDeadLetters("fails-five-times", options);
  await sqs.send(queueUrl, ["body"]);
  const finals: boolean[] = [];
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    maxReceiveCount: 5,
    handle(_message, { isFinalReceive }) {
      finals.push(isFinalReceive);
      return Promise.resolve(isFinalReceive ? release : retry(0));
    },
  });
  await whileRunning(consumer, () => until(async () => (await sqs.counts(deadLettersUrl)).visible === 1));
  expect(finals).toEqual([false, false, false, false, true]);
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
});

test.concurrent("poison ends in the dead-letter queue while healthy messages go on", async () => {
  const { queueUrl, deadLettersUrl } = await sqs.createQueueWithDeadLetters("poison", { maxReceiveCount: 3 });
  await sqs.send(queueUrl, ["poison", ...numbered(50), "poison"]);
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    maxReceiveCount: 3,
    handle: ({ body }) => Promise.resolve(body === "poison" ? release : acknowledge),
  });
  await whileRunning(consumer, () => until(async () => (await sqs.counts(deadLettersUrl)).visible === 2));
  expect(consumer.totals).toMatchObject({ acknowledged: 50, released: 6, failed: 0 });
  expect(consumer.stats().circuit).toBe("closed");
});

test.concurrent("odd messages reach the handler: 1 MiB, no JSON, binary attributes", async () => {
  const queueUrl = await sqs.createQueue("odd");
  await sqs.send(queueUrl, ["x".repeat(1_000_000), "{", " "]);
  const MessageAttributes = { raw: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) } };
  await sqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "binary", MessageAttributes }));
  const consumer = createTestConsumer({ client: sqs.client, queueUrl });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 4));
  expect(consumer.handled.map((message) => message.body.length).sort((a, b) => b - a)).toEqual([1_000_000, 6, 1, 1]);
  expect(consumer.handled.find((message) => message.body === "binary")?.attributes).toEqual({});
});

test.concurrent("a message without body, attributes or receipt handle doesn't stop the loop", async () => {
  const queueUrl = await sqs.createQueue("incomplete");
  await sqs.send(queueUrl, ["healthy"]);
  const recorded = createRecordedSqsClient();
  recorded.fault("ReceiveMessage", async (_call, send) => {
    const result = await send();
    const { Messages = [] } = result.output as { Messages?: object[] };
    if (Messages.length === 0) return result;
    return {
      ...result,
      output: { ...result.output, Messages: [{}, { ReceiptHandle: "no such handle" }, ...Messages] },
    };
  });
  const consumer = createTestConsumer({ client: recorded.client, queueUrl });
  await whileRunning(consumer, () => until(() => consumer.handled.length === 2));
  expect(consumer.handled.map(({ id, body, receiveCount }) => ({ id, body, receiveCount }))).toMatchObject([
    { id: "", body: "", receiveCount: 1 },
    { body: "healthy", receiveCount: 1 },
  ]);
});

test.concurrent("a handler that runs too long is aborted and its message retried, even when it ignores the abort", async () => {
  const queueUrl = await sqs.createQueue("timeout");
  await sqs.send(queueUrl, ["ignores", "obeys"]);
  const reasons: unknown[] = [];
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    handlerTimeoutSeconds: 0.2,
    handle({ body, receiveCount }, { signal }) {
      if (receiveCount > 1) return Promise.resolve(acknowledge);
      if (body === "ignores") return never;
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
    observer: { failed: (message, err) => reasons.push([message.body, err]) },
  });
  await whileRunning(consumer, async () => {
    await until(() => consumer.totals.acknowledged === 2);
    // The one that never settles still occupies its slot: no more than `slots` run, whatever they do.
    expect(consumer.stats().running).toBe(1);
  });
  expect(reasons).toEqual([
    ["obeys", new HandlerTimeoutError(0.2)],
    ["ignores", new HandlerTimeoutError(0.2)],
  ]);
  expect(consumer.totals).toMatchObject({ failed: 2, retried: 2, acknowledged: 2 });
});

test.concurrent("after the timeout's abort the handler has the last word", async () => {
  const { queueUrl, deadLettersUrl } = await sqs.createQueueWithDeadLetters("last-word", { maxReceiveCount: 2 });
  await sqs.send(queueUrl, ["body"]);
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    maxReceiveCount: 2,
    handlerTimeoutSeconds: 0.1,
    async handle(_message, { isFinalReceive }) {
      await pass(200);
      return isFinalReceive ? release : retry(0);
    },
  });
  await whileRunning(consumer, () => until(async () => (await sqs.counts(deadLettersUrl)).visible === 1));
  expect(consumer.totals).toMatchObject({ failed: 0, retried: 1, released: 1 });
});
