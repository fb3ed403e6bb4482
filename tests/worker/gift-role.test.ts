import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { redriveDeadLetter } from "@gift/core/dead-letter/redrive";
import { queueAgain } from "@gift/core/gift/queue-again";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { attemptsOf, providerRowsOf, queueGift, queueGifts, stateOf, tally } from "./gifts.ts";
import { createWorld, quick, runDeadLettersRole, runGiftRole, useRoles, type World } from "./roles.ts";

const database = useTestDatabase();
const empty = { visible: 0, inFlight: 0 };
let sqs: SqsServer;
let world: World;

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
useRoles();
beforeEach(async () => {
  world = await createWorld(database, sqs);
});

function statusOf(giftId: string) {
  return async () => (await stateOf(database.db, giftId)).status;
}

async function deadLettersOf(giftId: string) {
  return await database.db.selectFrom("dead_letters").selectAll().where("gift_id", "=", giftId).execute();
}

/** A delivery whose receiver is gone: the message is visible again as if its timeout had passed. */
async function receiveAndDie({ client, queueUrl }: World): Promise<void> {
  const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, VisibilityTimeout: 0, WaitTimeSeconds: 1 });
  const { Messages } = await client.send(command);
  expect(Messages).toHaveLength(1);
}

test("a message's gift is SENT and the queue is empty", async () => {
  const gift = await queueGift(database.db, "🎁 für dich");
  await runGiftRole(world);
  await sqs.send(world.queueUrl, [gift.body]);
  await expect.poll(statusOf(gift.giftId)).toBe("SENT");
  await expect.poll(() => sqs.counts(world.queueUrl)).toEqual(empty);
});

describe("failures", () => {
  test("a transient failure comes back after its backoff and not before", async () => {
    const gift = await queueGift(database.db, "test:fail-first-1");
    await runGiftRole(world, { tuning: { backoff: { baseSeconds: 1, factor: 1, capSeconds: 1 } } });
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("SENT");
    const [first, second] = await database.db
      .selectFrom("send_attempts")
      .select(["started_at", "finished_at", "outcome"])
      .where("gift_id", "=", gift.giftId)
      .orderBy("number")
      .execute();
    expect([first?.outcome, second?.outcome]).toEqual(["RETRY", "SENT"]);
    const pause = Number(second?.started_at) - Number(first?.finished_at);
    expect(pause).toBeGreaterThanOrEqual(990);
    expect(pause).toBeLessThan(3_000);
  });

  test("the fifth receive that fails makes the gift FAILED, and the message a dead letter on record", async () => {
    const gift = await queueGift(database.db, "test:fail-always");
    const worker = await runGiftRole(world);
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("FAILED");
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({
      last_error: "PROVIDER_UNAVAILABLE: the provider is not available",
    });
    const outcomes = (await attemptsOf(database.db, gift.giftId)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["RETRY", "RETRY", "RETRY", "RETRY", "FAILED"]);
    const handler = await runDeadLettersRole(world);
    await expect
      .poll(() => deadLettersOf(gift.giftId))
      .toMatchObject([{ state: "OPEN", queue: "gift-dead-letters", request_id: gift.requestId, body: gift.body }]);
    await expect.poll(() => sqs.counts(world.deadLettersUrl)).toEqual(empty);
    expect(await sqs.counts(world.queueUrl)).toEqual(empty);
    expect(worker.of("send.retried")).toHaveLength(4);
    expect(worker.of("send.failed")).toHaveLength(1);
    expect(handler.of("dead_letter.recorded")).toMatchObject([
      { gift_id: gift.giftId, request_id: gift.requestId, error_code: "PROVIDER_UNAVAILABLE", is_gift_failed: false },
    ]);
  });

  test("a permanent error fails the gift at once and leaves no dead letter", async () => {
    const gift = await queueGift(database.db, "test:permanent");
    await runGiftRole(world);
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("FAILED");
    await expect.poll(() => sqs.counts(world.queueUrl)).toEqual(empty);
    expect(await sqs.counts(world.deadLettersUrl)).toEqual(empty);
    expect(await attemptsOf(database.db, gift.giftId)).toHaveLength(1);
  });

  test("a call that hangs past the handler's timeout is a PROVIDER_TIMEOUT and is made again", async () => {
    const gift = await queueGift(database.db, "test:slow-60000");
    await runGiftRole(world, { tuning: { handlerTimeoutSeconds: 0.2 } });
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("FAILED");
    const { last_error } = await stateOf(database.db, gift.giftId);
    expect(last_error).toMatch(/^PROVIDER_TIMEOUT: /);
    expect(await attemptsOf(database.db, gift.giftId)).toMatchObject(Array(5).fill({ error_code: "PROVIDER_TIMEOUT" }));
  });

  test("at a failure rate of 40 % every gift still has its outcome, and each key at most one effect", async () => {
    const before = await tally(database.db);
    const gifts = await queueGifts(database.db, 100);
    await runGiftRole(world, { provider: { failureRate: 0.4 }, tuning: { slots: 20 } });
    await runDeadLettersRole(world);
    await sqs.send(
      world.queueUrl,
      gifts.map(({ body }) => body),
    );
    await expect.poll(async () => (await tally(database.db)).queued).toBe(before.queued);
    const after = await tally(database.db);
    expect(after.sent + after.failed).toBe(before.sent + before.failed + 100);
    expect(after.mostEffectsPerKey).toBe(1);
    await expect.poll(() => sqs.counts(world.queueUrl)).toEqual(empty);
  });
});

describe("deliveries that SQS makes by itself", () => {
  test("a second delivery after SENT is acknowledged without a second effect", async () => {
    const gift = await queueGift(database.db);
    const worker = await runGiftRole(world);
    await sqs.send(world.queueUrl, [gift.body, gift.body, gift.body]);
    await expect.poll(() => worker.of("send.duplicate").length).toBe(2);
    await expect.poll(() => sqs.counts(world.queueUrl)).toEqual(empty);
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({ status: "SENT" });
    const [row] = await providerRowsOf(database.db, gift.giftId);
    expect(row?.effects).toBe(1);
  });

  test("a handler longer than the visibility timeout keeps its message: one attempt, no redelivery", async () => {
    const gift = await queueGift(database.db, "test:slow-2500");
    const worker = await runGiftRole(world, { tuning: { visibilityTimeoutSeconds: 1 } });
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("SENT");
    await expect.poll(() => sqs.counts(world.queueUrl)).toEqual(empty);
    expect(await attemptsOf(database.db, gift.giftId)).toMatchObject([{ outcome: "SENT", receive_count: 1 }]);
    expect(worker.events()).toEqual(["send.sent"]);
  });
});

describe("messages that are nobody's", () => {
  test("an unparsable body ends on record, with no gift, and doesn't hold up the next message", async () => {
    const gift = await queueGift(database.db);
    const worker = await runGiftRole(world);
    const handler = await runDeadLettersRole(world);
    const body = `{"gift_id": 7, "of": "${world.queueUrl}"}`;
    await sqs.send(world.queueUrl, [body, gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("SENT");
    const letters = database.db.selectFrom("dead_letters").selectAll().where("body", "=", body);
    await expect
      .poll(() => letters.execute())
      .toMatchObject([
        { gift_id: null, request_id: null, error: "UNPARSABLE_MESSAGE: the body is not a send message" },
      ]);
    expect(worker.of("send.unparsable")).toHaveLength(5);
    expect(handler.of("dead_letter.recorded")).toMatchObject([{ error_code: "UNPARSABLE_MESSAGE" }]);
    await expect.poll(() => sqs.counts(world.deadLettersUrl)).toEqual(empty);
  });

  test("a gift whose every attempt crashed becomes FAILED by the dead-letter handler", async () => {
    const gift = await queueGift(database.db);
    await sqs.send(world.queueUrl, [gift.body]);
    // Five deliveries to workers that die before they can write anything.
    for (let delivery = 0; delivery < 5; delivery += 1) await receiveAndDie(world);
    const worker = await runGiftRole(world);
    const handler = await runDeadLettersRole(world);
    await expect.poll(statusOf(gift.giftId)).toBe("FAILED");
    expect(await stateOf(database.db, gift.giftId)).toMatchObject({
      last_error: expect.stringMatching(/^DEAD_LETTERED: /),
    });
    expect(handler.of("dead_letter.recorded")).toMatchObject([{ is_gift_failed: true, error_code: "DEAD_LETTERED" }]);
    expect(worker.events()).toEqual([]);
    expect(await providerRowsOf(database.db, gift.giftId)).toEqual([]);
  });
});

describe("redrive", () => {
  test("FAILED → QUEUED → SENT under a new request; doing it twice changes nothing", async () => {
    const gift = await queueGift(database.db, "test:fail-first-5");
    await runGiftRole(world);
    await runDeadLettersRole(world);
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(() => deadLettersOf(gift.giftId)).toHaveLength(1);
    const [letter] = await deadLettersOf(gift.giftId);
    const redrive = () =>
      database.db.transaction().execute((trx) => redriveDeadLetter(trx, { id: letter?.id ?? "", operator: "test" }));
    const outcome = await redrive();
    if (outcome.kind !== "redriven") throw new Error(outcome.kind);
    expect(await redrive()).toEqual({ kind: "resolved_before" });
    const messages = await database.db
      .selectFrom("outbox")
      .selectAll()
      .where("body", "like", `%${gift.giftId}%`)
      .execute();
    expect(messages.map(({ body }) => body)).toEqual([encodeSendMessage(gift.giftId, outcome.requestId)]);
    await sqs.send(
      world.queueUrl,
      messages.map(({ body }) => body),
    );
    await expect.poll(statusOf(gift.giftId)).toBe("SENT");
    expect(await providerRowsOf(database.db, gift.giftId)).toMatchObject([
      { calls: 5, effects: 0 },
      { calls: 1, effects: 1 },
    ]);
  });

  test("for a gift that isn't FAILED changes nothing", async () => {
    const gift = await queueGift(database.db);
    const redrive = () =>
      database.db.transaction().execute((trx) => queueAgain(trx, { giftId: gift.giftId, operator: "test" }));
    expect(await redrive()).toBeUndefined();
    await runGiftRole(world);
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("SENT");
    const before = await stateOf(database.db, gift.giftId);
    expect(await redrive()).toBeUndefined();
    expect(await stateOf(database.db, gift.giftId)).toEqual(before);
  });
});

describe("start", () => {
  test("a consumer whose limit isn't the queue's refuses to run and says both", async () => {
    await expect(runGiftRole(world, { tuning: { maxReceiveCount: 4 } })).rejects.toThrow(
      /consumer gift: .*maxReceiveCount 4.*says 5/,
    );
  });

  test("a dead-letter queue with a dead-letter queue of its own is refused", async () => {
    const { queueUrl: deadLettersUrl } = world;
    await expect(runDeadLettersRole({ ...world, deadLettersUrl })).rejects.toThrow(
      /consumer dead-letters: .*none.*says 5/,
    );
  });
});

test("a role says how many messages it holds", async () => {
  const gifts = await Promise.all([1, 2, 3].map(() => queueGift(database.db, "test:slow-400")));
  const { role } = await runGiftRole(world, { tuning: { ...quick, maxReceiveCount: 5, slots: 2, prefetch: 1 } });
  expect(role.inHand()).toBe(0);
  await sqs.send(
    world.queueUrl,
    gifts.map(({ body }) => body),
  );
  await expect.poll(role.inHand).toBe(3);
  await expect.poll(role.inHand).toBe(0);
});
