import { appendToOutbox } from "@gift/core/outbox/append";
import { claimFromOutbox } from "@gift/core/outbox/claim";
import { deleteFromOutbox } from "@gift/core/outbox/delete";
import type { OutboxMessage } from "@gift/core/outbox/outbox.table";
import { postponeInOutbox } from "@gift/core/outbox/postpone";
import { outboxStatus } from "@gift/core/outbox/status";
import { sweepOutbox } from "@gift/core/outbox/sweep";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

beforeEach(() => sql`truncate outbox`.execute(own.db));

async function append(count: number, destination = "gift"): Promise<void> {
  await own.db.transaction().execute(async (trx) => {
    for (let index = 0; index < count; index += 1)
      await appendToOutbox(trx, { destination, body: `body ${index}`, attributes: { index: String(index) } });
  });
}

const claim = (limit: number, leaseSeconds = 30) => claimFromOutbox(own.db, { limit, leaseSeconds });
const sweep = (publish: (message: OutboxMessage) => Promise<void>, leaseSeconds = 30) =>
  sweepOutbox(own.db, publish, { limit: 100, leaseSeconds });
const rows = () => own.db.selectFrom("outbox").selectAll().orderBy("id").execute();

test("a message whose transaction rolls back is never in the outbox", async () => {
  const work = own.db.transaction().execute(async (trx) => {
    await appendToOutbox(trx, { destination: "gift", body: "lost" });
    throw new Error("rolled back");
  });
  await expect(work).rejects.toThrow("rolled back");
  expect(await claim(10)).toEqual([]);
});

test("a claim takes the oldest due messages, at most its limit, in order", async () => {
  await append(12);
  const claimed = await claim(10);
  expect(claimed.map((message) => message.body)).toEqual(Array.from({ length: 10 }, (_, index) => `body ${index}`));
  expect(claimed[3]).toEqual({
    id: expect.stringMatching(/^\d+$/),
    destination: "gift",
    body: "body 3",
    attributes: { index: "3" },
    attempts: 1,
  });
  expect(await claim(10)).toHaveLength(2);
});

test("ten claims at the same moment never take the same message", async () => {
  await append(100);
  const claims = await Promise.all(Array.from({ length: 10 }, () => claim(10)));
  const ids = claims.flat().map((message) => message.id);
  expect(new Set(ids).size).toBe(ids.length);
  const rest = await claim(100);
  expect(ids.length + rest.length).toBe(100);
});

test("a claim passes by what another one has locked, without waiting for it", async () => {
  await append(20);
  const first = await own.db.startTransaction().execute();
  const taken = await claimFromOutbox(first, { limit: 10, leaseSeconds: 30 });
  const passed = await claim(20);
  await first.commit().execute();
  expect(passed).toHaveLength(10);
  expect(taken.map((message) => message.id)).not.toEqual(expect.arrayContaining([passed[0]?.id]));
});

test("a claimed message can be claimed again once its lease is over, and not before", async () => {
  await append(1);
  expect(await claim(1, 0)).toMatchObject([{ attempts: 1 }]);
  expect(await claim(1, 30)).toMatchObject([{ attempts: 2 }]);
  expect(await claim(1)).toEqual([]);
});

test("a refused message waits 1, 2, 4, 8, then 10 seconds, and keeps the reason", async () => {
  await append(1);
  const waits = [];
  for (const attempts of [1, 2, 3, 4, 5, 50, 10_000]) {
    await own.db.updateTable("outbox").set({ attempts }).execute();
    waits.push(
      await own.db.transaction().execute(async (trx) => {
        const ids = (await trx.selectFrom("outbox").select("id").execute()).map((row) => row.id);
        await postponeInOutbox(trx, ids, "Error: throttled");
        // now() stands still inside a transaction, so the wait is exact.
        const seconds = sql<number>`extract(epoch from available_at - now())::float`.as("seconds");
        return (await trx.selectFrom("outbox").select(seconds).executeTakeFirstOrThrow()).seconds;
      }),
    );
  }
  expect(waits).toEqual([1, 2, 4, 8, 10, 10, 10]);
  expect(await rows()).toMatchObject([{ last_error: "Error: throttled" }]);
});

test("a sweep publishes and deletes what is due", async () => {
  await append(3);
  const published: string[] = [];
  const result = await sweep(async (message) => void published.push(message.body));
  expect(result).toEqual({ claimed: 3, published: 3 });
  expect(published).toEqual(["body 0", "body 1", "body 2"]);
  expect(await rows()).toEqual([]);
  expect(await sweep(async () => {})).toEqual({ claimed: 0, published: 0 });
});

test("a sweep in which some publishes fail deletes the others and postpones the failed with their errors", async () => {
  await append(4);
  const result = await sweep(async ({ body }) => {
    if (body === "body 1") throw new Error("throttled");
    if (body === "body 3") throw new Error("too\u0000 large");
  });
  expect(result).toEqual({ claimed: 4, published: 2, error: new Error("too\u0000 large") });
  expect(await rows()).toMatchObject([
    { body: "body 1", attempts: 1, last_error: "Error: throttled" },
    { body: "body 3", attempts: 1, last_error: "Error: too large" },
  ]);
  expect(await claim(10)).toEqual([]);
});

test("a sweep that dies between publish and delete publishes again", async () => {
  await append(1);
  const published: string[] = [];
  const publishing = Promise.withResolvers<void>();
  // The dying process: it has published, and nothing of it happens after that.
  void sweep((message) => {
    published.push(message.body);
    publishing.resolve();
    return new Promise(() => {});
  }, 0);
  await publishing.promise;
  expect(await sweep(async (message) => void published.push(message.body))).toMatchObject({ published: 1 });
  expect(published).toEqual(["body 0", "body 0"]);
  expect(await rows()).toEqual([]);
});

test("deleting nothing, or what is gone already, is harmless", async () => {
  await append(1);
  await deleteFromOutbox(own.db, []);
  await deleteFromOutbox(own.db, ["999999"]);
  expect(await rows()).toHaveLength(1);
});

test("the status counts what waits per queue, its age, and what was refused", async () => {
  expect(await outboxStatus(own.db)).toEqual([]);
  await append(3);
  await append(1, "another");
  await sql`update outbox set created_at = now() - interval '1 hour' where body = 'body 1'`.execute(own.db);
  const [first, second] = await claim(2);
  await postponeInOutbox(own.db, [first?.id ?? ""], "Error: older");
  await postponeInOutbox(own.db, [second?.id ?? ""], "Error: newer");
  expect(await outboxStatus(own.db)).toEqual([
    { destination: "another", depth: 1, oldestAgeSeconds: expect.any(Number), retried: 0, lastError: null },
    { destination: "gift", depth: 3, oldestAgeSeconds: expect.any(Number), retried: 2, lastError: "Error: newer" },
  ]);
  expect((await outboxStatus(own.db))[1]?.oldestAgeSeconds).toBeGreaterThanOrEqual(3_600);
});
