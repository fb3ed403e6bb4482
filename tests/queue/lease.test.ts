import { createSqsClient } from "@gift/queue/client/sqs-client";
import { LeaseLostError } from "@gift/queue/error";
import { createLease } from "@gift/queue/lease";
import { LeaseTable, longestLeaseSeconds } from "@gift/queue/lease-table";
import { parseMessage } from "@gift/queue/message";
import { acknowledge, retry } from "@gift/queue/verdict";
import { startSqsProxy } from "@gift/rehearsal/system/sqs-proxy";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createRecordedSqsClient } from "../support/sqs-client.ts";
import { createTestConsumer, numbered, pass, until, whileRunning } from "../support/sqs-consumer.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const refuseEveryEntry = () =>
  Promise.resolve({
    output: {
      $metadata: {},
      Failed: numbered(10).map((Id) => ({ Id, Code: "ReceiptHandleIsInvalid", SenderFault: true })),
    },
    response: {},
  });

const receiveNothing = () => pass(100).then(() => ({ output: { $metadata: {} }, response: {} }));

/** Resolves with the reason of the abort. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

test.concurrent("a handler longer than the visibility timeout runs once: its lease is extended, and so are buffered ones", async () => {
  const queueUrl = await sqs.createQueue("long");
  await sqs.send(queueUrl, numbered(12));
  const recorded = createRecordedSqsClient();
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 6,
    prefetch: 6,
    visibilityTimeoutSeconds: 1,
    async handle() {
      await pass(1_700);
      return acknowledge;
    },
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 12));
  expect(consumer.handled.map((message) => message.receiveCount)).toEqual(Array(12).fill(1));
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  expect(consumer.totals.leasesLost).toBe(0);
  const [extension] = recorded.callsOf("ChangeMessageVisibilityBatch");
  expect(extension?.input.Entries).toHaveLength(10);
});

test.concurrent("a lost lease aborts the handler, drops buffered copies, and nothing of it is acknowledged or released", async () => {
  const queueUrl = await sqs.createQueue("lost");
  await sqs.send(queueUrl, numbered(2));
  const recorded = createRecordedSqsClient();
  recorded.fault("ChangeMessageVisibilityBatch", refuseEveryEntry);
  const reasons: unknown[] = [];
  const lost: string[] = [];
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 1,
    prefetch: 1,
    visibilityTimeoutSeconds: 2,
    async handle(_message, { signal }) {
      // From here on nothing is received: the messages themselves come back once their visibility timeout ends.
      recorded.fault("ReceiveMessage", receiveNothing);
      reasons.push(await aborted(signal));
      return acknowledge;
    },
    observer: { leaseLost: (message) => lost.push(message.body) },
  });
  await consumer.start();
  await until(() => reasons.length === 1 && consumer.stats().running === 0);
  const stopped = consumer.stop({ deadlineMilliseconds: 2_000 });
  expect(reasons[0]).toBeInstanceOf(LeaseLostError);
  expect((reasons[0] as LeaseLostError).cause).toMatchObject({ code: "ReceiptHandleIsInvalid" });
  expect(lost).toEqual(["0", "1"]);
  expect(consumer.stats().buffered).toBe(0);
  await stopped;
  expect(recorded.callsOf("DeleteMessageBatch")).toEqual([]);
  expect(consumer.totals).toMatchObject({ acknowledged: 0, released: 0, retried: 0, leasesLost: 2 });
});

test.concurrent("an extension that fails as a whole is repeated, and the handler never notices", async () => {
  const queueUrl = await sqs.createQueue("flaky-extension");
  await sqs.send(queueUrl, ["body"]);
  const recorded = createRecordedSqsClient();
  let failures = 0;
  recorded.fault("ChangeMessageVisibilityBatch", (_call, send) => {
    failures += 1;
    return failures === 1 ? Promise.reject(new Error("network")) : send();
  });
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    visibilityTimeoutSeconds: 2,
    async handle(_message, { signal }) {
      await pass(2_500);
      expect(signal.aborted).toBe(false);
      return acknowledge;
    },
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 1));
  expect(failures).toBeGreaterThan(1);
  expect(consumer.handled).toHaveLength(1);
});

test.concurrent.each([
  ["extension", "ChangeMessageVisibilityBatch", 2_600],
  ["delete", "DeleteMessageBatch", 0],
])(
  "SQS never answers the first %s: it is asked again while the lease lasts, and nothing is lost or delivered again",
  async (_, operation, handling) => {
    const proxy = await startSqsProxy(sqs.origin);
    const queueUrl = await sqs.createQueue(`hanging-${operation}`);
    await sqs.send(queueUrl, numbered(3));
    const client = createSqsClient({ requestTimeoutMilliseconds: 400 });
    proxy.holdCalls(operation);
    const consumer = createTestConsumer({
      client,
      queueUrl: proxy.through(queueUrl),
      visibilityTimeoutSeconds: 2,
      async handle() {
        await pass(handling);
        return acknowledge;
      },
    });
    const endsAt = performance.now() + 2_500;
    await whileRunning(consumer, async () => {
      await until(() => proxy.held(operation) > 0);
      proxy.pass(operation);
      // Past the lease's end, had it not been extended, or the message not been deleted.
      await until(async () => performance.now() > endsAt && (await sqs.counts(queueUrl)).inFlight === 0);
    });
    expect(consumer.handled.map(({ receiveCount }) => receiveCount)).toEqual([1, 1, 1]);
    expect(consumer.totals).toMatchObject({
      acknowledged: 3,
      leasesLost: 0,
      acknowledgementsFailed: 0,
      pollsFailed: 0,
    });
    expect(await sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
    client.destroy();
    await proxy.close();
  },
);

test.concurrent("a retry waits for the extension in flight: SQS keeps the change that lands last", async () => {
  const queueUrl = await sqs.createQueue("overtaking");
  await sqs.send(queueUrl, ["body"]);
  const recorded = createRecordedSqsClient();
  recorded.fault("ChangeMessageVisibilityBatch", (_call, send) => pass(200).then(send));
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    visibilityTimeoutSeconds: 3,
    async handle({ receiveCount }) {
      if (receiveCount > 1) return acknowledge;
      await until(() => recorded.open("ChangeMessageVisibilityBatch").length === 1);
      return retry(1);
    },
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 1));
  const [extension, change] = recorded.callsOf("ChangeMessageVisibilityBatch");
  expect(extension?.input.Entries).toMatchObject([{ VisibilityTimeout: 3 }]);
  expect(change?.input.Entries).toMatchObject([{ VisibilityTimeout: 1 }]);
  expect(change?.startedAt).toBeGreaterThanOrEqual(extension?.endedAt ?? Number.POSITIVE_INFINITY);
});

test.concurrent("when no extension gets through, the lease counts as lost once it has expired, and at most two ticks earlier", async () => {
  const queueUrl = await sqs.createQueue("cut-off");
  await sqs.send(queueUrl, ["body"]);
  const recorded = createRecordedSqsClient();
  recorded.fault("ChangeMessageVisibilityBatch", () => Promise.reject(new Error("network")));
  let abortedAfter = 0;
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 1,
    prefetch: 0,
    visibilityTimeoutSeconds: 1,
    async handle(_message, { signal }) {
      const startedAt = performance.now();
      await aborted(signal);
      abortedAfter ||= performance.now() - startedAt;
      return acknowledge;
    },
  });
  await consumer.start();
  await until(() => abortedAfter > 0);
  await consumer.stop({ deadlineMilliseconds: 1_000 });
  expect(abortedAfter).toBeGreaterThan(700);
  expect(consumer.totals.leasesLost).toBeGreaterThanOrEqual(1);
});

test.concurrent("no extension reaches past 12 hours after the receive: the last one is shorter, then the lease ends", async () => {
  let now = 0;
  const extensions: { at: number; seconds: number }[] = [];
  const lost: number[] = [];
  const table = new LeaseTable({
    visibilityTimeoutSeconds: 7_200,
    now: () => now,
    extend(_lease, seconds) {
      extensions.push({ at: now / 1_000, seconds });
      return Promise.resolve();
    },
    lost: () => lost.push(now / 1_000),
  });
  table.add(createLease(parseMessage({}), "handle", 0, 7_200));
  for (; now <= 43_200_000; now += 60_000) {
    table.tick();
    await Promise.resolve();
    await Promise.resolve();
  }
  const ends = extensions.map(({ at, seconds }) => at + seconds);
  expect(Math.max(...ends)).toBe(longestLeaseSeconds);
  expect(ends.at(-1)).toBe(longestLeaseSeconds);
  expect(lost).toEqual([longestLeaseSeconds]);
});
