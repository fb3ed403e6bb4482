import { randomUUID } from "node:crypto";
import { queueAgain } from "@gift/core/gift/queue-again";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { createRecordDeadLetter } from "@gift/worker/handler/record-dead-letter";
import { createSendGift } from "@gift/worker/handler/send-gift";
import type { Sender } from "@gift/worker/sender/sender";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { useMetrics } from "../support/metric.ts";
import { captureLog } from "./captured-log.ts";
import { type QueuedGift, queueGift } from "./gifts.ts";
import { openProvider } from "./provider.ts";

const database = useTestDatabase();
const metrics = useMetrics();
const { log } = captureLog();
let sender: Sender;
beforeAll(() => {
  sender = openProvider(database.connection);
});
afterAll(() => sender.close());

const messageOf = (body: string, receiveCount: number) => {
  return { id: randomUUID(), body, attributes: {}, receiveCount, sentAt: new Date() };
};

function deliver(body: string, receiveCount = 1) {
  const handle = createSendGift({ db: database.db, sender, log });
  const context = { signal: new AbortController().signal, isFinalReceive: receiveCount >= 5 };
  return handle(messageOf(body, receiveCount), context);
}

const record = (message: ReturnType<typeof messageOf>) =>
  createRecordDeadLetter({ db: database.db, queue: "gift-dead-letters", log })(message);

async function redrive({ giftId }: QueuedGift): Promise<string> {
  const requestId = await database.db.transaction().execute((trx) => queueAgain(trx, { giftId, operator: "olga" }));
  return encodeSendMessage(giftId, requestId ?? "");
}

/** Every count so far, by name and tags. */
function tally(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, name, value, tags } of metrics.points) {
    const key = [name, ...Object.values(tags)].join(" ");
    if (kind === "count") counts[key] = (counts[key] ?? 0) + value;
  }
  return counts;
}

const accepted = { "gift.send.sent true": 1 };

describe("what a send counts", () => {
  test("sent at once: sent once, with its latency in seconds", async () => {
    await deliver((await queueGift(database.db)).body);
    expect(tally()).toEqual(accepted);
    const [latency, ...more] = metrics.of("gift.send.latency");
    expect(latency).toMatchObject({ kind: "distribution", tags: {} });
    expect(latency?.value).toBeLessThan(5);
    expect(more).toEqual([]);
  });

  test("five minutes late: sent, and not in time", async () => {
    const { body, giftId } = await queueGift(database.db);
    await sql`
      update send_requests set created_at = now() - interval '301 seconds'
      where gift_id = ${giftId}`.execute(database.db);
    await deliver(body);
    expect(tally()).toEqual({ "gift.send.sent false": 1 });
    expect(metrics.of("gift.send.latency")[0]?.value).toBeGreaterThanOrEqual(301);
  });

  test("failed twice and then sent: two retries under their code, sent once", async () => {
    const { body } = await queueGift(database.db, "test:fail-first-2");
    for (const receive of [1, 2, 3]) await deliver(body, receive);
    expect(tally()).toEqual({ ...accepted, "gift.send.retried PROVIDER_UNAVAILABLE": 2 });
  });

  test("delivered again after SENT: a duplicate, not sent twice", async () => {
    const { body } = await queueGift(database.db);
    for (const receive of [1, 2, 3]) await deliver(body, receive);
    expect(tally()).toEqual({ ...accepted, "gift.send.duplicate": 2 });
  });

  test("delivered five times at the same moment: sent once, the rest duplicates", async () => {
    const { body } = await queueGift(database.db, "test:slow-30");
    await Promise.all([1, 1, 1, 1, 1].map(() => deliver(body)));
    expect(tally()).toEqual({ ...accepted, "gift.send.duplicate": 4 });
    expect(metrics.of("gift.send.latency")).toHaveLength(1);
  });

  test("a permanent error: failed once, no retry, and its redelivery is a duplicate", async () => {
    const { body } = await queueGift(database.db, "test:permanent");
    await deliver(body);
    await deliver(body, 2);
    expect(tally()).toEqual({ "gift.send.failed PROVIDER_REFUSED": 1, "gift.send.duplicate": 1 });
  });

  test("every attempt failed: four retries, failed once; its dead letter counts as one and fails nothing again", async () => {
    const { body } = await queueGift(database.db, "test:fail-always");
    for (const receive of [1, 2, 3, 4, 5]) await deliver(body, receive);
    const dead = messageOf(body, 6);
    await record(dead);
    await record({ ...dead, receiveCount: 7 });
    expect(tally()).toEqual({
      "gift.send.retried PROVIDER_UNAVAILABLE": 4,
      "gift.send.failed PROVIDER_UNAVAILABLE": 1,
      "gift.dead_letter.recorded gift-dead-letters": 1,
    });
  });

  test("every worker died: the dead-letter handler fails the gift, once, however often it is delivered", async () => {
    const { body } = await queueGift(database.db);
    const dead = messageOf(body, 6);
    for (const receiveCount of [6, 7]) await record({ ...dead, receiveCount });
    expect(tally()).toEqual({
      "gift.send.failed DEAD_LETTERED": 1,
      "gift.dead_letter.recorded gift-dead-letters": 1,
    });
  });

  test("redriven: failed once and sent once, in time if the redrive is; the old message is stale", async () => {
    const gift = await queueGift(database.db, "test:fail-first-1");
    await deliver(gift.body, 5);
    await sql`
      update send_requests set created_at = now() - interval '1 day' where gift_id = ${gift.giftId}`.execute(
      database.db,
    );
    const body = await redrive(gift);
    await deliver(gift.body);
    await deliver(body);
    expect(tally()).toEqual({
      "gift.send.failed PROVIDER_UNAVAILABLE": 1,
      "gift.send.stale": 1,
      ...accepted,
    });
    expect(metrics.of("gift.send.latency")[0]?.value).toBeLessThan(60);
  });

  test("bytes that are no send: a dead letter and nothing about gifts", async () => {
    await deliver("hello");
    await record(messageOf("hello", 6));
    expect(tally()).toEqual({ "gift.dead_letter.recorded gift-dead-letters": 1 });
  });
});
