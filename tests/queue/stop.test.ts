import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ConsumerStoppingError } from "@gift/queue/error";
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

const never = new Promise<never>(() => undefined);

/** A handler that the test lets go. */
function createGate() {
  const gate = Promise.withResolvers<void>();
  const handle = () => gate.promise.then(() => acknowledge);
  return { handle, open: gate.resolve };
}

test("a stop under load loses nothing and causes no redelivery: each message is handled once across two consumers", async () => {
  const queueUrl = await sqs.createQueue("handover");
  await sqs.send(queueUrl, numbered(600));
  const recorded = createRecordedSqsClient();
  const handle = async () => {
    await pass(10);
    return acknowledge;
  };
  const first = createTestConsumer({ client: recorded.client, queueUrl, handle });
  await first.start();
  await until(() => first.handled.length >= 100);
  await first.stop({ deadlineMilliseconds: 10_000 });
  const callsAtStop = recorded.calls.length;
  expect(recorded.calls.every((call) => call.endedAt !== undefined)).toBe(true);
  expect(first.stats()).toMatchObject({ phase: "stopped", running: 0, buffered: 0, unconfirmed: 0 });
  expect((await sqs.counts(queueUrl)).inFlight).toBe(0);

  const second = createTestConsumer({ client: sqs.client, queueUrl, handle });
  await whileRunning(second, () => until(() => first.handled.length + second.handled.length === 600));
  const all = [...first.handled, ...second.handled];
  expect(new Set(all.map((message) => message.body)).size).toBe(600);
  expect(all.every((message) => message.receiveCount === 1)).toBe(true);
  expect(recorded.calls).toHaveLength(callsAtStop);
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
});

test.concurrent("a long poll in flight is not aborted: what it returns during the stop is handled", async () => {
  const queueUrl = await sqs.createQueue("poll-in-flight");
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({ client: recorded.client, queueUrl, waitTimeSeconds: 5 });
  await consumer.start();
  await until(() => recorded.open("ReceiveMessage").length === 1);
  const stopped = consumer.stop({ deadlineMilliseconds: 10_000 });
  await sqs.send(queueUrl, ["late"]);
  await stopped;
  expect(consumer.handled.map((message) => message.body)).toEqual(["late"]);
  expect(recorded.callsOf("ReceiveMessage")).toHaveLength(1);
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
});

test.concurrent("what a poll returns after the deadline is released at once", async () => {
  const queueUrl = await sqs.createQueue("poll-too-late");
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({ client: recorded.client, queueUrl, waitTimeSeconds: 3 });
  await consumer.start();
  await until(() => recorded.open("ReceiveMessage").length === 1);
  const stopped = consumer.stop({ deadlineMilliseconds: 200 });
  await pass(400);
  await sqs.send(queueUrl, ["too late"]);
  await stopped;
  expect(consumer.handled).toEqual([]);
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 1, inFlight: 0 });
});

test.concurrent("buffered messages run during the stop while time allows", async () => {
  const queueUrl = await sqs.createQueue("buffered");
  await sqs.send(queueUrl, numbered(8));
  const gate = createGate();
  const consumer = createTestConsumer({ client: sqs.client, queueUrl, slots: 2, prefetch: 6, handle: gate.handle });
  await consumer.start();
  await until(() => consumer.stats().buffered === 6);
  const stopped = consumer.stop({ deadlineMilliseconds: 10_000 });
  gate.open();
  await stopped;
  expect(consumer.totals.acknowledged).toBe(8);
});

test.concurrent("near the deadline running handlers are aborted and everything in hand is released", async () => {
  const queueUrl = await sqs.createQueue("deadline");
  await sqs.send(queueUrl, numbered(6));
  const reasons: unknown[] = [];
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    slots: 3,
    prefetch: 3,
    handle: ({ body }, { signal }) => {
      if (body === "0") return never;
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          reject(signal.reason);
        });
      });
    },
  });
  await consumer.start();
  await until(() => consumer.stats().buffered === 3);
  const startedAt = performance.now();
  await consumer.stop({ deadlineMilliseconds: 2_400 });
  const took = performance.now() - startedAt;
  expect(took).toBeGreaterThan(1_150);
  expect(took).toBeLessThan(2_400);
  expect(reasons).toEqual([new ConsumerStoppingError(), new ConsumerStoppingError()]);
  // The stuck handler still occupies its slot, but its message is free.
  expect(consumer.stats()).toMatchObject({ phase: "stopped", running: 1, unconfirmed: 0 });
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 6, inFlight: 0 });
});

test.concurrent("a handler that finishes when it is aborted is acknowledged, not released", async () => {
  const queueUrl = await sqs.createQueue("finishes-on-abort");
  await sqs.send(queueUrl, ["body"]);
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    handle: (_message, { signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(acknowledge))),
  });
  await consumer.start();
  await until(() => consumer.handled.length === 1);
  await consumer.stop({ deadlineMilliseconds: 500 });
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
});

test.concurrent("a delete that fails during the stop is repeated before stop resolves, but not past the deadline", async () => {
  const queueUrl = await sqs.createQueue("flush");
  await sqs.send(queueUrl, numbered(2));
  const recorded = createRecordedSqsClient();
  recorded.fault("DeleteMessageBatch", () => Promise.reject(new Error("network")));
  const consumer = createTestConsumer({ client: recorded.client, queueUrl });
  await consumer.start();
  await until(() => consumer.handled.length === 2);
  const startedAt = performance.now();
  await consumer.stop({ deadlineMilliseconds: 1_600 });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(recorded.callsOf("DeleteMessageBatch").length).toBeGreaterThan(2);
  expect(consumer.stats().unconfirmed).toBe(0);
  expect(consumer.totals.acknowledgementsFailed).toBe(2);
});

test.concurrent("stopping twice is one stop, and a stopped consumer doesn't start again", async () => {
  const queueUrl = await sqs.createQueue("twice");
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({ client: recorded.client, queueUrl });
  await consumer.start();
  await expect(consumer.start()).rejects.toThrow("consumer test: it starts once only, and it is running");
  const stopped = consumer.stop({ deadlineMilliseconds: 3_000 });
  expect(consumer.stop({ deadlineMilliseconds: 1 })).toBe(stopped);
  await stopped;
  await expect(consumer.start()).rejects.toThrow("it is stopped");
});

test.concurrent("a consumer stopped before or during its start never polls", async () => {
  const queueUrl = await sqs.createQueue("stopped-early");
  const recorded = createRecordedSqsClient();
  const unstarted = createTestConsumer({ client: recorded.client, queueUrl });
  await unstarted.stop({ deadlineMilliseconds: 1_000 });
  await expect(unstarted.start()).rejects.toThrow("it is stopped");

  const starting = createTestConsumer({ client: recorded.client, queueUrl });
  const started = starting.start();
  await starting.stop({ deadlineMilliseconds: 1_000 });
  // Nothing is in flight once stop has resolved, and the question about the RedrivePolicy is a call too.
  expect(recorded.open("GetQueueAttributes")).toEqual([]);
  await started;
  expect(starting.stats().phase).toBe("stopped");
  expect(recorded.callsOf("ReceiveMessage")).toEqual([]);
});

test.concurrent("after stop nothing keeps the process alive, not even a handler that never settles", async () => {
  const queueUrl = await sqs.createQueue("process");
  await sqs.send(queueUrl, ["never", "fine", "fails"]);
  const script = new URL("../support/sqs-stopping-process.ts", import.meta.url).pathname;
  // Longer than a stop needs, shorter than the handler's timeout and the circuit's pause.
  const { stdout } = await promisify(execFile)(process.execPath, [script, queueUrl], { timeout: 10_000 });
  expect(stdout).toBe('"stopped"');
});
