import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { launchProcess } from "../support/process.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { attemptsOf, queueGift, queueGiftInOutbox, queueGifts, stateOf, tally } from "./gifts.ts";
import { startWorkerProcess, type WorkerOptions, workerCommand } from "./worker-process.ts";

const database = useTestDatabase();
let sqs: SqsServer;
let urls: { queueUrl: string; deadLettersUrl: string };

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
beforeEach(async () => {
  urls = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
});

function options(roles: string, environment: Record<string, string> = {}): WorkerOptions {
  const queues = { gift: urls.queueUrl, "gift-dead-letters": urls.deadLettersUrl };
  return { roles, connection: database.connection, queues, environment };
}

async function start(roles: string, environment?: Record<string, string>) {
  const worker = await startWorkerProcess(options(roles, environment));
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
  });
  return worker;
}

describe("SIGTERM", () => {
  test("under load: exit 0, nothing lost, and no gift is delivered twice for it", async () => {
    const gifts = await queueGifts(database.db, 600);
    const bodies = gifts.map(({ body }) => body);
    const before = await tally(database.db);
    await sqs.send(urls.queueUrl, bodies);
    const first = await start("gift");
    await expect.poll(async () => (await tally(database.db)).sent, { interval: 5 }).toBeGreaterThan(50);
    const stoppedAt = performance.now();
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    // Open poll 1 s, handlers milliseconds: far inside the 60 s that ECS grants.
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
    expect(first.logs.at(-1)).toMatchObject({ event: "service.stopped" });
    expect((await tally(database.db)).queued).toBeGreaterThan(0);
    expect((await sqs.counts(urls.queueUrl)).inFlight).toBe(0);
    const second = await start("gift");
    await expect.poll(async () => (await tally(database.db)).queued).toBe(0);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(await tally(database.db)).toMatchObject({ sent: before.sent + 600, failed: before.failed });
    const attempts = await Promise.all(gifts.map(({ giftId }) => attemptsOf(database.db, giftId)));
    const once = { number: 1, outcome: "SENT", error_code: null, receive_count: 1 };
    expect(attempts.filter((each) => each.length !== 1 || each[0]?.receive_count !== 1)).toEqual([]);
    expect(attempts[0]).toEqual([once]);
    expect(await sqs.counts(urls.queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test("waits for the call in hand", async () => {
    const gift = await queueGift(database.db, "test:slow-1500");
    const worker = await start("gift");
    await sqs.send(urls.queueUrl, [gift.body]);
    await expect.poll(() => attemptsOf(database.db, gift.giftId)).toHaveLength(1);
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
    expect(await sqs.counts(urls.queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test.each(["gift", "outbox", "dead-letters", "gift,outbox,dead-letters"])("idle, as %s: exit 0", async (roles) => {
    const worker = await start(roles);
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    expect(worker.logs.map(({ event }) => event)).toEqual(["service.ready", "service.stopping", "service.stopped"]);
  });
});

test("all roles in one process carry a gift from its outbox row to SENT", async () => {
  const gift = await queueGiftInOutbox(database.db);
  const worker = await start("gift,outbox,dead-letters");
  await worker.event("send.sent");
  expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
  await expect.poll(() => sqs.counts(urls.queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  await sqs.send(urls.queueUrl, ["not a send message"]);
  expect(await worker.event("dead_letter.recorded")).toMatchObject({ error_code: "UNPARSABLE_MESSAGE" });
});

test("where test values are refused, a gift that carries one is sent like any other", async () => {
  const gift = await queueGift(database.db, "test:permanent");
  await start("gift", { TEST_VALUES: "refused" });
  await sqs.send(urls.queueUrl, [gift.body]);
  await expect.poll(async () => (await stateOf(database.db, gift.giftId)).status).toBe("SENT");
});

describe("a start that can't succeed ends in one line that says why, and exit 1", () => {
  async function outcomeOf(worker: WorkerOptions) {
    const launched = launchProcess(workerCommand(worker));
    const exit = await launched.exited;
    return { exit, logs: launched.logs };
  }

  test.each([
    ["an unknown role", "gifts", {}, /ROLES: there is no role gifts/],
    ["a failure rate above 1", "gift", { FAILURE_RATE: "20" }, /FAILURE_RATE: .*less or equal to 1.*20/],
    ["a missing link", "gift", { SST_RESOURCE_GiftQueueConsumer: "" }, /GiftQueueConsumer is not linked/],
  ])("%s", async (_, roles, environment, message) => {
    const { exit, logs } = await outcomeOf(options(roles, environment));
    expect(exit).toEqual({ code: 1, signal: null });
    expect(logs).toMatchObject([{ event: "service.failed", error_message: expect.stringMatching(message) }]);
  });

  test("a queue whose RedrivePolicy isn't the fleet's", async () => {
    urls = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 3 });
    const { exit, logs } = await outcomeOf(options("gift"));
    expect(exit).toEqual({ code: 1, signal: null });
    expect(logs).toMatchObject([{ error_message: expect.stringMatching(/maxReceiveCount 5.*says 3/) }]);
  });
});
