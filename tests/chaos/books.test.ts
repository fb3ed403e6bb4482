import { randomUUID } from "node:crypto";
import { auditBooks, countOldTransactions, readLeftovers } from "@gift/chaos/audit/books";
import { tellEvidence } from "@gift/chaos/audit/evidence";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { queueGift } from "../worker/gifts.ts";

const database = useTestDatabase();

beforeEach(async () => {
  await sql`truncate gifts, send_requests, send_attempts, dead_letters, outbox, simulated_provider.sends cascade`.execute(
    database.db,
  );
});

interface Sent {
  readonly giftId: string;
  readonly requestId: string;
}

/** A gift that is SENT in every book. */
async function sent(): Promise<Sent> {
  const gift = await queueGift(database.db);
  const reference = randomUUID();
  await recordEffect(gift, reference, `gift:${gift.giftId}:${gift.requestId}`);
  await recordAttempt(gift, 1, reference);
  await sql`update gifts set status = 'SENT' where id = ${gift.giftId}`.execute(database.db);
  return gift;
}

async function recordEffect({ giftId }: Sent, reference: string, key: string): Promise<void> {
  await sql`insert into simulated_provider.sends (idempotency_key, gift_id, calls, effects, reference)
    values (${key}, ${giftId}, 1, 1, ${reference})`.execute(database.db);
}

async function recordAttempt({ giftId, requestId }: Sent, number: number, reference: string): Promise<void> {
  await sql`insert into send_attempts (gift_id, request_id, number, receive_count, finished_at, outcome, provider_reference)
    values (${giftId}, ${requestId}, ${number}, 1, now(), 'SENT', ${reference})`.execute(database.db);
}

async function findings() {
  return await auditBooks(database.db);
}

describe("books that don't add up", () => {
  test("nothing is found in a send that went well", async () => {
    await sent();
    await queueGift(database.db);
    expect(await findings()).toEqual([]);
  });

  test("an effect under a key of no send request", async () => {
    const gift = await sent();
    await recordEffect(gift, randomUUID(), `gift:${gift.giftId}:another`);
    expect(await findings()).toEqual([{ giftId: gift.giftId, why: expect.stringContaining("no send request") }]);
  });

  test("a reference that the provider never gave", async () => {
    const { giftId } = await sent();
    await sql`update send_attempts set provider_reference = 'other' where gift_id = ${giftId}`.execute(database.db);
    expect(await findings()).toEqual([{ giftId, why: expect.stringContaining("another reference") }]);
  });

  test("an attempt that is missing from the count", async () => {
    const gift = await queueGift(database.db);
    await sql`insert into send_attempts (gift_id, request_id, number, receive_count)
      values (${gift.giftId}, ${gift.requestId}, 2, 1)`.execute(database.db);
    expect(await findings()).toEqual([{ giftId: gift.giftId, why: expect.stringContaining("gaps") }]);
  });

  test("a failure without a reason", async () => {
    const { giftId } = await queueGift(database.db);
    await sql`update gifts set status = 'FAILED', last_error = ' ' where id = ${giftId}`.execute(database.db);
    expect(await findings()).toEqual([{ giftId, why: expect.stringContaining("without a reason") }]);
  });

  test("a send request whose gift was never queued", async () => {
    const { giftId } = await queueGift(database.db);
    await sql`update gifts set status = 'CREATED', request_id = null where id = ${giftId}`.execute(database.db);
    expect(await findings()).toEqual([{ giftId, why: expect.stringContaining("CREATED") }]);
  });

  test("a dead letter of a request that nobody made", async () => {
    const { giftId } = await queueGift(database.db);
    await sql`insert into dead_letters (message_id, queue, body, receive_count, gift_id, request_id, error)
      values (${randomUUID()}, 'gift-dead-letters', '{}', 5, ${giftId}, 'another', 'x')`.execute(database.db);
    expect(await findings()).toEqual([{ giftId, why: expect.stringContaining("dead letter") }]);
  });
});

test("leftovers are counted: attempts cut short, dead letters, failures after an effect", async () => {
  const gift = await sent();
  await sql`update gifts set status = 'FAILED', last_error = 'PROVIDER_RESPONSE_LOST: lost' where id = ${gift.giftId}`.execute(
    database.db,
  );
  await sql`insert into send_attempts (gift_id, request_id, number, receive_count)
    values (${gift.giftId}, ${gift.requestId}, 2, 2)`.execute(database.db);
  expect(await readLeftovers(database.db)).toEqual({ cutShort: 1, deadLetters: 0, failedWithEffect: 1 });
});

test("a transaction counts as left open only when it is older than any of ours", async () => {
  await database.db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx);
    expect(await countOldTransactions(database.db)).toBe(0);
    expect(await countOldTransactions(database.db, 0)).toBe(1);
  });
});

test("evidence is the gift's whole story and what the provider says, of five gifts at most", async () => {
  const gifts = [await sent(), await sent(), await sent(), await sent(), await sent(), await sent()];
  const told = await tellEvidence(
    database.db,
    gifts.flatMap(({ giftId }) => [
      { giftId, why: "one" },
      { giftId, why: "two" },
    ]),
  );
  expect(told).toHaveLength(5);
  const { giftId, requestId } = gifts[0] ?? { giftId: "", requestId: "" };
  expect(told[0]).toContain(`gift ${giftId}: SENT`);
  expect(told[0]).toMatch(/created[\s\S]*send_requested[\s\S]*attempt .*1\. SENT/);
  expect(told[0]).toContain(`provider: gift:${giftId}:${requestId}, 1 calls, 1 effects`);
});

test("a gift that the database doesn't know is told as such", async () => {
  const giftId = randomUUID();
  expect(await tellEvidence(database.db, [{ giftId, why: "forgotten" }])).toEqual([expect.stringContaining(giftId)]);
});
