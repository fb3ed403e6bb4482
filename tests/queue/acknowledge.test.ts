import { acknowledge, release, retry } from "@gift/queue/verdict";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createRecordedSqsClient, type Fault, type SqsCall } from "../support/sqs-client.ts";
import { createTestConsumer, numbered, until, whileRunning } from "../support/sqs-consumer.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

/** The first call reports its first entry as failed, though SQS did as it was told. */
function failFirstEntry(senderFault: boolean): Fault {
  let calls = 0;
  return async (_call, send) => {
    calls += 1;
    const result = await send();
    if (calls > 1) return result;
    const { Successful = [] } = result.output as { Successful?: { Id: string }[] };
    const Failed = [{ Id: "0", Code: "InternalError", SenderFault: senderFault }];
    return { ...result, output: { ...result.output, Successful: Successful.filter(({ Id }) => Id !== "0"), Failed } };
  };
}

const sizes = (calls: readonly SqsCall[]) =>
  calls.map(({ input }) => (Array.isArray(input.Entries) ? input.Entries.length : 0));

test.concurrent("an entry that failed within a batch is deleted again, the others aren't", async () => {
  const queueUrl = await sqs.createQueue("partial");
  await sqs.send(queueUrl, numbered(10));
  const recorded = createRecordedSqsClient();
  recorded.fault("DeleteMessageBatch", failFirstEntry(false));
  const consumer = createTestConsumer({ client: recorded.client, queueUrl });
  await whileRunning(consumer, () => until(() => recorded.callsOf("DeleteMessageBatch").length === 2));
  expect(sizes(recorded.callsOf("DeleteMessageBatch"))).toEqual([10, 1]);
  expect(consumer.stats().unconfirmed).toBe(0);
  expect(consumer.totals.acknowledgementsFailed).toBe(0);
  expect(consumer.handled).toHaveLength(10);
});

test.concurrent("a delete that SQS throttles is repeated with growing pauses until it gets through", async () => {
  const queueUrl = await sqs.createQueue("throttled");
  await sqs.send(queueUrl, ["body"]);
  const recorded = createRecordedSqsClient();
  recorded.fault("DeleteMessageBatch", (_call, send) =>
    recorded.callsOf("DeleteMessageBatch").length < 4 ? Promise.reject(new Error("throttled")) : send(),
  );
  const consumer = createTestConsumer({ client: recorded.client, queueUrl });
  await whileRunning(consumer, () =>
    until(async () => (await sqs.counts(queueUrl)).inFlight === 0 && consumer.handled.length > 0),
  );
  const starts = recorded.callsOf("DeleteMessageBatch").map((call) => call.startedAt);
  const [first = 0, second = 0, third = 0, fourth = 0] = starts;
  expect(starts).toHaveLength(4);
  // Half of 200, 400 and 800 ms is fixed.
  expect(second - first).toBeGreaterThan(95);
  expect(third - second).toBeGreaterThan(195);
  expect(fourth - third).toBeGreaterThan(395);
  expect(consumer.handled).toHaveLength(1);
});

test.concurrent("a delete that can't succeed, or not before the lease expires, is given up, counted and told", async () => {
  const queueUrl = await sqs.createQueue("given-up");
  await sqs.send(queueUrl, ["body"]);
  const recorded = createRecordedSqsClient();
  recorded.fault("DeleteMessageBatch", failFirstEntry(true));
  const told: unknown[] = [];
  const observer = { acknowledgeFailed: (_message: unknown, err: unknown) => told.push(err) };
  const consumer = createTestConsumer({ client: recorded.client, queueUrl, observer });
  await whileRunning(consumer, () => until(() => told.length === 1));
  expect(told).toMatchObject([{ code: "InternalError", senderFault: true }]);

  const cutOff = createRecordedSqsClient();
  const otherUrl = await sqs.createQueue("given-up-late");
  await sqs.send(otherUrl, ["body"]);
  cutOff.fault("DeleteMessageBatch", () => Promise.reject(new Error("network")));
  const options = { client: cutOff.client, queueUrl: otherUrl, visibilityTimeoutSeconds: 1, slots: 1, prefetch: 0 };
  const short = createTestConsumer({ ...options, observer });
  await whileRunning(short, () => until(() => told.length === 2));
  expect(told[1]).toEqual(new Error("network"));
  expect(short.totals.acknowledgementsFailed).toBeGreaterThanOrEqual(1);
});

test.concurrent("retries and releases travel in batches as well", async () => {
  const queueUrl = await sqs.createQueue("batched-releases");
  await sqs.send(queueUrl, numbered(20));
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 20,
    handle: ({ body, receiveCount }) => {
      if (receiveCount > 1) return Promise.resolve(acknowledge);
      return Promise.resolve(Number(body) % 2 === 0 ? release : retry(1));
    },
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 20));
  expect(sizes(recorded.callsOf("ChangeMessageVisibilityBatch"))).toEqual([10, 10]);
});
