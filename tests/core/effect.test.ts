import { openDatabase } from "@gift/core/database/database";
import { redriveGift } from "@gift/core/dead-letter/redrive";
import { markFailed } from "@gift/core/gift/mark-failed";
import { markSent } from "@gift/core/gift/mark-sent";
import { queueAgain } from "@gift/core/gift/queue-again";
import { outboxStatus } from "@gift/core/outbox/status";
import { sweepOutbox } from "@gift/core/outbox/sweep";
import { beginAttempt } from "@gift/core/send-attempt/begin";
import { createBeginBatch } from "@gift/core/send-attempt/begin-batch";
import { definiteErrors, effectSeconds } from "@gift/core/send-attempt/effect";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { sql } from "kysely";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { begun, giftIn, rowsOf, type SeededGift } from "./gift-in.ts";

const own = useTestDatabase();
const other = () => openDatabase({ ...own.connection, applicationName: "the other process", maxConnections: 1 });
let rival: ReturnType<typeof other> | undefined;
afterAll(() => rival?.destroy());
beforeEach(() => sql`truncate outbox`.execute(own.db));

const definite = { code: "PROVIDER_UNAVAILABLE", message: "no" };
const indefinite = { code: "PROVIDER_TIMEOUT", message: "who knows" };

const redrive = (gift: SeededGift) =>
  own.db.transaction().execute((trx) => redriveGift(trx, { giftId: gift.id, operator: "olga" }));

/** How long the redriven gift's message waits in the outbox, in seconds from the redrive. */
async function waitOf(gift: SeededGift): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from available_at - gifts.updated_at)::float as seconds
    from outbox, gifts where gifts.id = ${gift.id} and body like ${`%${gift.id}%`}`.execute(own.db);
  return rows[0]?.seconds ?? Number.NaN;
}

/** As if everything that was begun had begun so long ago. */
const age = (gift: SeededGift, seconds: number) =>
  sql`update send_attempts set started_at = now() - make_interval(secs => ${seconds}) where gift_id = ${gift.id}`.execute(
    own.db,
  );

/**
 * A gift that FAILED for good, with an attempt of the same request before it that ended in its own way, or not at all.
 */
async function failedAfter(earlier: { code: string; message: string } | undefined): Promise<SeededGift> {
  const gift = await giftIn(own.db, "QUEUED");
  const attempt = await begun(own.db, gift);
  if (earlier) await recordRetry(own.db, attempt, earlier);
  await markFailed(own.db, await begun(own.db, gift), definite);
  return gift;
}

describe("a redriven gift's message waits", () => {
  test.each([
    ["has no outcome", undefined],
    ["timed out", indefinite],
    ["lost its answer", { code: "PROVIDER_RESPONSE_LOST", message: "who knows" }],
    ["failed with a code that nobody has called definite", { code: "SOMETHING_NEW", message: "who knows" }],
  ])("until an earlier attempt that %s can take effect no more", async (_, earlier) => {
    const gift = await failedAfter(earlier);
    await age(gift, 20);
    await redrive(gift);
    expect(await waitOf(gift)).toBeGreaterThan(effectSeconds - 20 - 5);
    expect(await waitOf(gift)).toBeLessThanOrEqual(effectSeconds - 20);
  });

  test("for the attempt that made it FAILED, too", async () => {
    const gift = await giftIn(own.db, "QUEUED");
    await markFailed(own.db, await begun(own.db, gift), indefinite);
    await redrive(gift);
    expect(await waitOf(gift)).toBeGreaterThan(effectSeconds - 5);
  });

  test("for an attempt of any earlier request, not of the last alone", async () => {
    const gift = await failedAfter(undefined);
    const requestId = (await redrive(gift))?.requestId ?? "";
    await markFailed(own.db, await begun(own.db, { ...gift, requestId }), definite);
    await sql`truncate outbox`.execute(own.db);
    await redrive(gift);
    expect(await waitOf(gift)).toBeGreaterThan(effectSeconds - 5);
  });

  test("unpublished: a sweep leaves it until it is due, and it is no backlog meanwhile", async () => {
    const gift = await failedAfter(undefined);
    await redrive(gift);
    const sweep = () => sweepOutbox(own.db, () => Promise.resolve(), { limit: 10, leaseSeconds: 30 });
    expect(await sweep()).toMatchObject({ claimed: 0 });
    expect(await outboxStatus(own.db)).toMatchObject([{ depth: 1, oldestAgeSeconds: 0 }]);
    await sql`update outbox set available_at = now()`.execute(own.db);
    expect(await sweep()).toMatchObject({ published: 1 });
  });
});

describe("a redriven gift's message leaves at once", () => {
  test.each(definiteErrors)("when every earlier attempt ended with %s", async (code) => {
    const gift = await failedAfter({ code, message: "no" });
    await redrive(gift);
    expect(await waitOf(gift)).toBe(0);
  });

  test("when what is unsettled began long enough ago", async () => {
    const gift = await failedAfter(undefined);
    await age(gift, effectSeconds);
    await redrive(gift);
    expect(await waitOf(gift)).toBe(0);
  });

  test("when the earlier attempt is known to have taken effect: the question finds it", async () => {
    const gift = await giftIn(own.db, "QUEUED");
    const attempt = await begun(own.db, gift);
    await markFailed(own.db, await begun(own.db, gift), definite);
    await markSent(own.db, attempt, "reference");
    await redrive(gift);
    expect(await waitOf(gift)).toBe(0);
  });

  test("whatever other gifts' attempts do", async () => {
    await failedAfter(undefined);
    const gift = await giftIn(own.db, "FAILED");
    await redrive(gift);
    expect(await waitOf(gift)).toBe(0);
  });
});

describe.each([
  ["alone", beginAttempt],
  ["in a batch", (db: typeof own.db, delivery: Parameters<typeof beginAttempt>[1]) => createBeginBatch(db)(delivery)],
] as const)("an attempt that begins %s", (_, begin) => {
  test("while its gift is redriven is waited for, and counts", async () => {
    rival ??= other();
    const gift = await giftIn(own.db, "QUEUED");
    const last = await begun(own.db, gift);
    const slow = await rival.startTransaction().execute();
    expect(await begin(slow, { giftId: gift.id, requestId: gift.requestId, receiveCount: 2 })).toMatchObject({
      kind: "begun",
    });
    await markFailed(own.db, last, definite);
    const redriven = own.db
      .transaction()
      .execute((trx) => queueAgain(trx, { giftId: gift.id, operator: "olga", failedRequestId: gift.requestId }));
    await isWaitedFor();
    await slow.commit().execute();
    expect(await redriven).toMatch(/^redrive-/);
    expect(await waitOf(gift)).toBeGreaterThan(effectSeconds - 15);
  });

  test("after a redrive has taken the gift waits for it, and is stale", async () => {
    rival ??= other();
    const gift = await giftIn(own.db, "FAILED");
    const redriving = await rival.startTransaction().execute();
    await queueAgain(redriving, { giftId: gift.id, operator: "olga" });
    const beginning = begin(own.db, { giftId: gift.id, requestId: gift.requestId, receiveCount: 2 });
    await isWaitedFor();
    await redriving.commit().execute();
    expect(await beginning).toEqual({ kind: "stale" });
    expect((await rowsOf(own.db, gift.id)).attempts).toHaveLength(1);
  });
});

/** Somebody waits for a lock of somebody else. */
async function isWaitedFor(): Promise<void> {
  const waiting = async () => {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(own.db);
    return rows.length;
  };
  await expect.poll(waiting, { timeout: 5_000, interval: 10 }).toBe(1);
}
