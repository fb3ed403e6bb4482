import { randomUUID } from "node:crypto";
import { type SqsProxy, startSqsProxy } from "@gift/rehearsal/system/sqs-proxy";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { endSessions, lockRow } from "../support/row-lock.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { attemptsOf, providerRowsOf, queueGift, queueGiftInOutbox, stateOf } from "./gifts.ts";
import { startWorkerProcess, type WorkerOptions } from "./worker-process.ts";

const database = useTestDatabase();
let sqs: SqsServer;
let proxy: SqsProxy;
let queueUrl: string;
let queues: { gift: string; "gift-dead-letters": string };

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

beforeEach(async () => {
  // A killed worker's messages are back after one second instead of thirty.
  proxy = await startSqsProxy(sqs.origin);
  proxy.hideFor(1);
  onTestFinished(() => proxy.close());
  const created = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
  queueUrl = created.queueUrl;
  queues = { gift: proxy.through(queueUrl), "gift-dead-letters": proxy.through(created.deadLettersUrl) };
});

async function startWorker(options: Partial<WorkerOptions> = {}) {
  const worker = await startWorkerProcess({ roles: "gift", connection: database.connection, queues, ...options });
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  return worker;
}

describe("kill -9 of the worker", () => {
  test("between the effect and the UPDATE: the gift is SENT and the provider saw one effect", async () => {
    const gift = await queueGift(database.db);
    const lock = await lockRow(database.connection, "gifts", gift.giftId);
    const worker = await startWorker();
    await sqs.send(queueUrl, [gift.body]);
    await expect.poll(() => providerRowsOf(database.db, gift.giftId)).toMatchObject([{ effects: 1 }]);
    worker.kill("SIGKILL");
    await worker.exited;
    // Postgres would finish a statement that was waiting when its client died.
    await endSessions(database.db, "worker");
    await lock.release();
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "QUEUED" });
    await startWorker();
    await expect.poll(() => stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
    expect(await providerRowsOf(database.db, gift.giftId)).toMatchObject([{ calls: 2, effects: 1 }]);
    expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([
      { number: 1, outcome: null },
      { number: 2, outcome: "SENT" },
    ]);
    await expect.poll(() => sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test("between the UPDATE and the delete: the redelivery is a duplicate, the provider isn't called again", async () => {
    proxy.holdCalls("DeleteMessageBatch");
    const gift = await queueGift(database.db);
    const worker = await startWorker();
    await sqs.send(queueUrl, [gift.body]);
    await expect.poll(() => proxy.held("DeleteMessageBatch")).toBe(1);
    worker.kill("SIGKILL");
    await worker.exited;
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
    proxy.pass("DeleteMessageBatch");
    const next = await startWorker();
    expect(await next.event("send.duplicate")).toMatchObject({ gift_id: gift.giftId });
    await expect.poll(() => sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
    expect(await providerRowsOf(database.db, gift.giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
  });

  test("in the middle of a slow call: the next worker finishes it", async () => {
    const gift = await queueGift(database.db, "test:slow-1500");
    const worker = await startWorker();
    await sqs.send(queueUrl, [gift.body]);
    await expect.poll(() => attemptsOf(database.db, gift.giftId)).toHaveLength(1);
    worker.kill("SIGKILL");
    await worker.exited;
    await startWorker();
    await expect.poll(() => stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
    expect(await providerRowsOf(database.db, gift.giftId)).toMatchObject([{ calls: 1, effects: 1 }]);
  });
});

test("kill -9 of the outbox role between publish and delete: the message is published twice and takes effect once", async () => {
  proxy.holdAnswers("SendMessageBatch");
  const gift = await queueGiftInOutbox(database.db);
  const outbox = await startWorker({ roles: "outbox" });
  await expect.poll(() => sqs.counts(queueUrl)).toMatchObject({ visible: 1 });
  outbox.kill("SIGKILL");
  await outbox.exited;
  proxy.pass("SendMessageBatch");
  // The killed sweep's lease ends now instead of in thirty seconds.
  await database.db.updateTable("outbox").set({ available_at: new Date() }).execute();
  await startWorker({ roles: "outbox,gift" });
  await expect.poll(() => database.db.selectFrom("outbox").selectAll().execute()).toEqual([]);
  await expect.poll(() => sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
  const [row] = await providerRowsOf(database.db, gift.giftId);
  expect(row?.effects).toBe(1);
});
