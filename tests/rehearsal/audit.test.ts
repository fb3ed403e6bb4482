import { randomUUID } from "node:crypto";
import { createGift } from "@gift/core/gift/create";
import { queueNames } from "@gift/fleet/each-queue";
import { affectedGifts, areDone } from "@gift/rehearsal/audit/affected";
import { audit } from "@gift/rehearsal/audit/audit";
import { isSettled, settle } from "@gift/rehearsal/audit/settle";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { queueGift } from "../worker/gifts.ts";

const database = useTestDatabase();
const before = new Date(0);
const nothingTold: readonly string[] = [];

beforeEach(async () => {
  await sql`truncate gifts, send_requests, send_attempts, dead_letters, outbox, simulated_provider.sends cascade`.execute(
    database.db,
  );
});

/** A gift in QUEUED whose message somebody has published. */
async function accepted(): Promise<string> {
  return (await queueGift(database.db)).giftId;
}

async function setStatus(giftId: string, status: "SENT" | "FAILED"): Promise<void> {
  const lastError = status === "FAILED" ? "PROVIDER_UNAVAILABLE: away" : null;
  await sql`update gifts set status = ${status}, last_error = ${lastError} where id = ${giftId}`.execute(database.db);
}

/** What the provider says of one key of the gift. */
async function recordEffects(giftId: string, effects: number): Promise<void> {
  await sql`insert into simulated_provider.sends (idempotency_key, gift_id, calls, effects)
    values (${randomUUID()}, ${giftId}, ${effects}, ${effects})`.execute(database.db);
}

async function recordDeadLetter(giftId: string): Promise<void> {
  await sql`insert into dead_letters (message_id, queue, body, receive_count, gift_id, error)
    values (${randomUUID()}, 'gift-dead-letters', '{}', 5, ${giftId}, 'PROVIDER_UNAVAILABLE: away')`.execute(
    database.db,
  );
}

async function sent(): Promise<string> {
  const giftId = await accepted();
  await setStatus(giftId, "SENT");
  await recordEffects(giftId, 1);
  return giftId;
}

describe("the audit", () => {
  test("counts what was SENT once, and what FAILED with a dead letter, as neither lost nor doubled", async () => {
    const failed = await accepted();
    await setStatus(failed, "FAILED");
    await recordDeadLetter(failed);
    const told = [failed, await sent(), await sent()];
    expect(await audit(database.db, before, told)).toEqual({ accepted: 3, sent: 2, failed: 1, lost: [], doubled: [] });
  });

  test("leaves out gifts that nobody asked to send, and those from before", async () => {
    await createGift(database.db, { amount: 1, message: null });
    await sent();
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(database.db);
    const since = rows[0]?.now ?? before;
    expect(await audit(database.db, since, nothingTold)).toMatchObject({ accepted: 0 });
    await sent();
    expect(await audit(database.db, since, nothingTold)).toMatchObject({ accepted: 1, sent: 1 });
  });

  test("finds a gift that is still QUEUED when nothing moves any more", async () => {
    const giftId = await accepted();
    const { lost } = await audit(database.db, before, nothingTold);
    expect(lost).toEqual([{ giftId, why: expect.stringContaining("QUEUED") }]);
  });

  test("finds a 202 that the database knows nothing of", async () => {
    const giftId = randomUUID();
    const found = await audit(database.db, before, [giftId]);
    expect(found).toMatchObject({ accepted: 1, lost: [{ giftId, why: expect.stringContaining("202") }] });
  });

  test("finds a gift that is SENT and was never performed", async () => {
    const giftId = await accepted();
    await setStatus(giftId, "SENT");
    const { lost } = await audit(database.db, before, nothingTold);
    expect(lost).toEqual([{ giftId, why: expect.stringContaining("never performed") }]);
  });

  test("finds a gift that FAILED and of which no operator would hear", async () => {
    const giftId = await accepted();
    await setStatus(giftId, "FAILED");
    const { lost } = await audit(database.db, before, nothingTold);
    expect(lost).toEqual([{ giftId, why: expect.stringContaining("no dead letter") }]);
  });

  test("takes a gift that the provider refused as FAILED without a dead letter: its attempt says why", async () => {
    const { giftId, requestId } = await queueGift(database.db);
    await setStatus(giftId, "FAILED");
    await sql`insert into send_attempts
      (gift_id, request_id, number, receive_count, finished_at, outcome, error_code, error_message)
      values (${giftId}, ${requestId}, 1, 1, now(), 'FAILED', 'PROVIDER_REFUSED', 'no')`.execute(database.db);
    expect(await audit(database.db, before, nothingTold)).toMatchObject({ failed: 1, lost: [] });
  });

  test("finds two effects of one key, and of two keys of one gift", async () => {
    const once = await accepted();
    await setStatus(once, "SENT");
    await recordEffects(once, 2);
    const twice = await sent();
    await recordEffects(twice, 1);
    const { doubled } = await audit(database.db, before, nothingTold);
    const why = expect.stringContaining("2 times");
    expect(doubled).toHaveLength(2);
    expect(doubled).toEqual(expect.arrayContaining([once, twice].map((giftId) => ({ giftId, why }))));
  });
});

describe("settling", () => {
  const empty = () => Promise.resolve({ visible: 0, inFlight: 0 });

  test("resolves when nothing is on its way", async () => {
    await sent();
    const unsettled = await settle(database.db, empty, 10_000);
    expect(unsettled).toEqual({ queued: 0, outbox: 0, messages: 0 });
    expect(isSettled(unsettled)).toBe(true);
  });

  test("says at the deadline what is left: gifts, outbox rows, and messages of all queues", async () => {
    await accepted();
    await sql`insert into outbox (destination, body) values ('gift', '{}')`.execute(database.db);
    const depth = () => Promise.resolve({ visible: 2, inFlight: 1 });
    const unsettled = await settle(database.db, depth, 0);
    expect(unsettled).toEqual({ queued: 1, outbox: 1, messages: queueNames.length * (2 + 1) });
    expect(isSettled(unsettled)).toBe(false);
  });
});

describe("who was affected", () => {
  test("a gift that took long, failed or was redriven; not one that took a moment", async () => {
    await sent();
    const slow = await sent();
    await sql`update send_requests set created_at = created_at - interval '3 seconds' where gift_id = ${slow}`.execute(
      database.db,
    );
    const redriven = await sent();
    await sql`insert into send_requests (gift_id, request_id, response_body) values (${redriven}, 'again', '{}')`.execute(
      database.db,
    );
    const failed = await accepted();
    await setStatus(failed, "FAILED");
    const affected = await affectedGifts(database.db, before);
    expect(new Set(affected)).toEqual(new Set([slow, redriven, failed]));
  });

  test("all is done once nothing of that time is QUEUED", async () => {
    const giftId = await accepted();
    const later = new Date(Date.now() + 60_000);
    expect(await areDone(database.db, before)).toBe(true);
    expect(await areDone(database.db, later)).toBe(false);
    await setStatus(giftId, "SENT");
    expect(await areDone(database.db, later)).toBe(true);
  });
});
