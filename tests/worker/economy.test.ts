import { startSqsProxy } from "@gift/rehearsal/system/sqs-proxy";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { queueGifts, tally } from "./gifts.ts";
import { startWorkerProcess } from "./worker-process.ts";

const database = useTestDatabase();
let sqs: SqsServer;

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

test("a backlog costs at most a quarter of an SQS call per gift: a call is most of what a gift costs in CPU", async () => {
  const proxy = await startSqsProxy(sqs.origin);
  const { queueUrl } = await sqs.createQueueWithDeadLetters("economy", { maxReceiveCount: 5 });
  const gifts = await queueGifts(database.db, 1_000);
  await sqs.send(
    queueUrl,
    gifts.map(({ body }) => body),
  );
  const queues = { gift: proxy.through(queueUrl) };
  const worker = await startWorkerProcess({ roles: "gift", connection: database.connection, queues });
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
    await proxy.close();
  });
  await expect.poll(() => tally(database.db), { timeout: 15_000 }).toMatchObject({ sent: 1_000, effects: 1_000 });
  await expect.poll(() => sqs.counts(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  expect(proxy.calls() / 1_000).toBeLessThanOrEqual(0.25);
});
