import { databaseReader } from "@gift/console/live/database-figures";
import { openDatabase } from "@gift/core/database/database";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { acceptedPerSecond } from "@gift/core/figure/accepted-per-second";
import { tallyFailedGifts } from "@gift/core/figure/failed-gifts";
import { countGifts } from "@gift/core/figure/gifts-by-status";
import { tallyOpenDeadLetters } from "@gift/core/figure/open-dead-letters";
import { recentFailures, tallyAttempts } from "@gift/core/figure/recent-attempts";
import { sentPerSecond } from "@gift/core/figure/sent-per-second";
import { longestQueuedSeconds } from "@gift/core/gift/longest-queued";
import { markSent } from "@gift/core/gift/mark-sent";
import { roles } from "@gift/core/migration/privilege";
import { grantRoles } from "@gift/core/migration/roles";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { findGiftsByRequest } from "@gift/core/send-request/find-gifts";
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { begun, deadMessage, giftIn } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

beforeEach(async () => {
  await sql`truncate gifts, send_requests, outbox, send_attempts, dead_letters, requeues restart identity`.execute(
    own.db,
  );
});

/** Makes sends look accepted so many seconds ago, all counted from one moment: the start of a second. */
async function ageRequests(...ages: readonly (readonly [giftId: string, seconds: number])[]): Promise<void> {
  await sql`update send_requests set created_at = date_trunc('second', now()) - make_interval(secs => aged.seconds)
    from unnest(${ages.map(([id]) => id)}::uuid[], ${ages.map(([, seconds]) => seconds)}::int[]) as aged (id, seconds)
    where gift_id = aged.id`.execute(own.db);
}

describe("gifts by state", () => {
  test("are counted exactly while there are few", async () => {
    for (const status of ["CREATED", "QUEUED", "QUEUED", "SENT", "SENT", "SENT", "FAILED"] as const)
      await giftIn(own.db, status);
    expect(await countGifts(own.db)).toEqual([
      { status: "CREATED", count: 1, precision: "exact" },
      { status: "QUEUED", count: 2, precision: "exact" },
      { status: "SENT", count: 3, precision: "exact" },
      { status: "FAILED", count: 1, precision: "exact" },
    ]);
  });

  test("past the bound the unsent say `at least`, and the SENT are estimated once there are statistics", async () => {
    for (const status of ["FAILED", "FAILED", "FAILED", "SENT", "SENT", "SENT", "SENT"] as const)
      await giftIn(own.db, status);
    const precise = async () => (await countGifts(own.db, 2)).filter(({ count }) => count > 0);
    expect(await precise()).toEqual([
      { status: "SENT", count: 2, precision: "at-least" },
      { status: "FAILED", count: 2, precision: "at-least" },
    ]);
    await sql`analyze gifts`.execute(own.db);
    // Seven rows by the statistics; of the three FAILED it knows that they are more than two.
    expect(await precise()).toContainEqual({ status: "SENT", count: 4, precision: "about" });
  });
});

describe("the longest wait", () => {
  test("is that of the QUEUED gift whose current send was accepted first, and nothing without one", async () => {
    expect(await longestQueuedSeconds(own.db)).toBeNull();
    const [sent, old, young] = [
      await giftIn(own.db, "SENT"),
      await giftIn(own.db, "QUEUED"),
      await giftIn(own.db, "QUEUED"),
    ];
    await ageRequests([sent.id, 900], [old.id, 500], [young.id, 10]);
    const seconds = await longestQueuedSeconds(own.db);
    expect(seconds).toBeGreaterThanOrEqual(500);
    expect(seconds).toBeLessThan(560);
  });
});

describe("sends per second", () => {
  test("accepted requests are counted in the second of their acceptance, redrives included, older ones not", async () => {
    const ages: [string, number][] = [];
    for (const seconds of [2, 2, 2, 4, 400]) ages.push([(await giftIn(own.db, "QUEUED")).id, seconds]);
    await ageRequests(...ages);
    const rows = await acceptedPerSecond(own.db, { seconds: 60, pages: 4 });
    expect(rows.map(({ count }) => count)).toEqual([1, 3]);
    expect((rows[1]?.second ?? 0) - (rows[0]?.second ?? 0)).toBe(2);
  });

  test("are found in the table's last pages, without reading the others", async () => {
    const gift = await giftIn(own.db, "QUEUED");
    await sql`insert into send_requests (gift_id, request_id, response_body)
      select ${gift.id}, 'r' || number, repeat('x', 900) from generate_series(1, 200) number`.execute(own.db);
    const all = await acceptedPerSecond(own.db, { seconds: 60, pages: 1_000 });
    const few = await acceptedPerSecond(own.db, { seconds: 60, pages: 2 });
    const sum = (rows: typeof all) => rows.reduce((total, { count }) => total + count, 0);
    expect(sum(all)).toBe(201);
    expect(sum(few)).toBeGreaterThan(0);
    expect(sum(few)).toBeLessThan(30);
    const { rows } = await sql<{ "QUERY PLAN": string }>`explain select count(*) from send_requests where ctid >= (
      select format('(%s,0)', greatest(0, pg_relation_size('send_requests') / 8192 - 2))::tid)`.execute(own.db);
    expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("Tid Range Scan");
  });

  test("a gift's latency is from its request's acceptance to the end of the attempt that sent it", async () => {
    const gift = await giftIn(own.db, "QUEUED");
    await ageRequests([gift.id, 80]);
    await markSent(own.db, await begun(own.db, gift), "reference");
    const [row] = await sentPerSecond(own.db, { seconds: 60, attempts: 100 });
    expect(row?.latenciesMilliseconds).toHaveLength(1);
    expect(row?.latenciesMilliseconds[0]).toBeGreaterThanOrEqual(80_000);
    expect(row?.latenciesMilliseconds[0]).toBeLessThan(140_000);
  });
});

describe("attempts", () => {
  test("of the last seconds are tallied by outcome, and those still running have begun", async () => {
    await giftIn(own.db, "SENT");
    await giftIn(own.db, "FAILED");
    const gift = await giftIn(own.db, "QUEUED");
    await recordRetry(own.db, await begun(own.db, gift), { code: "PROVIDER_UNAVAILABLE", message: "away" });
    await begun(own.db, gift);
    const window = { seconds: 60, attempts: 100 };
    expect(await tallyAttempts(own.db, window)).toEqual({ begun: 4, sent: 1, retried: 1, failed: 1 });
    await sql`update send_attempts set started_at = now() - interval '2 min', finished_at = finished_at - interval '2 min'`.execute(
      own.db,
    );
    expect(await tallyAttempts(own.db, window)).toEqual({ begun: 0, sent: 0, retried: 0, failed: 0 });
  });

  test("that failed are listed newest first with their error, at most the limit", async () => {
    const gift = await giftIn(own.db, "QUEUED");
    await recordRetry(own.db, await begun(own.db, gift), { code: "PROVIDER_UNAVAILABLE", message: "away" });
    const failed = await giftIn(own.db, "FAILED");
    const failures = await recentFailures(own.db, { limit: 5, attempts: 100 });
    expect(failures).toEqual([
      expect.objectContaining({ giftId: failed.id, outcome: "FAILED", errorCode: "PROVIDER_REFUSED", number: 1 }),
      expect.objectContaining({
        giftId: gift.id,
        outcome: "RETRY",
        errorCode: "PROVIDER_UNAVAILABLE",
        errorMessage: "away",
      }),
    ]);
    expect(await recentFailures(own.db, { limit: 1, attempts: 100 })).toHaveLength(1);
  });
});

test("open dead letters are counted by error code, the most frequent first; resolved ones are not", async () => {
  const letters = async (body: string) => recordDeadLetter(own.db, deadMessage(body));
  await letters((await giftIn(own.db, "FAILED")).body);
  await letters("nonsense");
  await letters("more nonsense");
  await letters("resolved nonsense");
  await sql`update dead_letters set state = 'DISCARDED', resolved_by = 'ann', resolved_at = now() where body like 'resolved%'`.execute(
    own.db,
  );
  expect(await tallyOpenDeadLetters(own.db)).toEqual([
    { errorCode: "UNPARSABLE_MESSAGE", count: 2, oldestAt: expect.any(Date) },
    { errorCode: "PROVIDER_REFUSED", count: 1, oldestAt: expect.any(Date) },
  ]);
});

test("gifts that failed within the last day without a dead letter are counted by error code; others are not", async () => {
  const gifts = await Promise.all(Array.from({ length: 5 }, () => giftIn(own.db, "FAILED")));
  const [one, other, old, justNow, dead] = gifts.map(({ id }) => id);
  await giftIn(own.db, "SENT");
  await recordDeadLetter(own.db, deadMessage(gifts[4]?.body ?? ""));
  const age = (id: string | undefined, interval: string) =>
    sql`update gifts set updated_at = now() - ${interval}::interval where id = ${id}`.execute(own.db);
  await Promise.all([age(one, "1 min"), age(other, "23 h"), age(old, "25 h"), age(justNow, "5 s"), age(dead, "1 min")]);
  expect(await tallyFailedGifts(own.db)).toEqual([{ errorCode: "PROVIDER_REFUSED", count: 2 }]);
  await sql`update gifts set last_error = 'NO_SUCH_ACCOUNT: gone' where id = ${other}`.execute(own.db);
  expect(await tallyFailedGifts(own.db)).toEqual([
    { errorCode: "NO_SUCH_ACCOUNT", count: 1 },
    { errorCode: "PROVIDER_REFUSED", count: 1 },
  ]);
  // Its first send has a dead letter, the redrive that failed at once has none.
  await sql`update gifts set request_id = 'redrive-1' where id = ${dead}`.execute(own.db);
  expect(await tallyFailedGifts(own.db)).toContainEqual({ errorCode: "PROVIDER_REFUSED", count: 2 });
});

test("a request id finds every gift that was sent under it, newest first", async () => {
  const [one, other] = [await giftIn(own.db, "SENT"), await giftIn(own.db, "SENT")];
  await sql`insert into send_requests (gift_id, request_id, response_body) values (${other.id}, ${one.requestId}, '')`.execute(
    own.db,
  );
  const found = await findGiftsByRequest(own.db, { requestId: one.requestId, limit: 10 });
  expect(found.map(({ id }) => id)).toEqual([other.id, one.id]);
  expect(await findGiftsByRequest(own.db, { requestId: one.requestId.slice(1), limit: 10 })).toEqual([]);
});

test("an operator's role may read all of a round", async () => {
  await grantRoles(own.db);
  await giftIn(own.db, "FAILED");
  const db = openDatabase({ ...own.connection, user: roles.ops, maxConnections: 4, applicationName: "test" });
  const figures = await databaseReader(db)(300);
  await db.destroy();
  expect(figures).toMatchObject({ windowSeconds: 300, lastMinute: { failed: 1 }, outbox: [] });
});
