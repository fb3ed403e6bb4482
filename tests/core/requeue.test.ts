import type { Database } from "@gift/core/database/database";
import { type RequeueRequest, requeueGifts } from "@gift/core/gift/requeue";
import { requeueNamedGifts } from "@gift/core/gift/requeue-named";
import { tellStory } from "@gift/core/gift/story";
import { claimFromOutbox } from "@gift/core/outbox/claim";
import { type Kysely, sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { begun, everything, giftIn } from "./gift-in.ts";

const own = useTestDatabase();

beforeEach(async () => {
  await sql`truncate gifts, send_requests, send_attempts, dead_letters, outbox, requeues`.execute(own.db);
});

const requeue = (request: Partial<RequeueRequest> = {}, db: Kysely<Database> = own.db) =>
  db.transaction().execute((trx) => requeueGifts(trx, { idleSeconds: 600, limit: 100, operator: "olga", ...request }));

/** A QUEUED gift that nothing has happened to for so long, its message gone from the outbox. */
async function idleGift(minutes: number) {
  const gift = await giftIn(own.db, "QUEUED");
  await sql`update gifts set updated_at = now() - make_interval(mins => ${minutes}) where id = ${gift.id}`.execute(
    own.db,
  );
  return gift;
}

test("a gift whose message is lost gets the same message again, and its send goes on under the same request", async () => {
  const gift = await idleGift(30);
  expect(await requeue()).toEqual([{ giftId: gift.id, requestId: gift.requestId, idleSince: expect.any(Date) }]);
  const [message] = await claimFromOutbox(own.db, { limit: 10, leaseSeconds: 30 });
  expect(message).toMatchObject({ destination: "gift", body: gift.body });
  await begun(own.db, gift);
});

test("a request id that needs escaping survives", async () => {
  const gift = await idleGift(30);
  const requestId = `a"b\\c`;
  await sql`update gifts set request_id = ${requestId} where id = ${gift.id}`.execute(own.db);
  await requeue();
  const [message] = await claimFromOutbox(own.db, { limit: 10, leaseSeconds: 30 });
  expect(JSON.parse(message?.body ?? "")).toEqual({ gift_id: gift.id, request_id: requestId });
});

test("gifts in every other state, and gifts that something happened to, are left alone", async () => {
  for (const status of ["CREATED", "QUEUED", "SENT", "FAILED"] as const) await giftIn(own.db, status);
  await sql`update gifts set updated_at = now() - interval '1 day' where status <> 'QUEUED'`.execute(own.db);
  const before = await everything(own.db);
  expect(await requeue()).toEqual([]);
  expect(await everything(own.db)).toEqual(before);
});

test("requeued twice, a gift has one message in the outbox", async () => {
  await idleGift(30);
  expect(await requeue()).toHaveLength(1);
  expect(await requeue()).toEqual([]);
  expect((await everything(own.db)).outbox).toHaveLength(1);
});

test("two operators at the same moment write one message", async () => {
  await idleGift(30);
  const both = await Promise.all([requeue(), requeue()]);
  expect(both.flat()).toHaveLength(1);
  expect((await everything(own.db)).outbox).toHaveLength(1);
});

test("the longest waiting come first, up to the limit, and only the named ones when ids are given", async () => {
  const [young, old, middle] = [await idleGift(20), await idleGift(60), await idleGift(40)];
  expect((await requeue({ ids: [young.id] })).map(({ giftId }) => giftId)).toEqual([young.id]);
  expect((await requeue({ limit: 1 })).map(({ giftId }) => giftId)).toEqual([old.id]);
  expect((await requeue()).map(({ giftId }) => giftId)).toEqual([middle.id]);
});

test("who wrote which messages again, and when, is stored with them: once per message", async () => {
  const [first, second] = [await idleGift(60), await idleGift(30)];
  await requeue({ ids: [first.id], operator: "otto" });
  await requeue();
  await requeue();
  const stored = (gift: typeof first, by: string) =>
    expect.objectContaining({ gift_id: gift.id, request_id: gift.requestId, requeued_by: by });
  const { requeues, outbox } = await everything(own.db);
  expect(requeues).toEqual([stored(first, "otto"), stored(second, "olga")]);
  // One transaction, one instant.
  expect(requeues.map((row) => row.created_at)).toEqual(outbox.map((row) => row.created_at));
});

test("a gift's story tells who wrote its message again, beside the redrives", async () => {
  const gift = await idleGift(30);
  await requeue({ operator: "otto" });
  const { events } = await tellStory(own.db, gift.id);
  expect(events.map(({ event, request_id, facts }) => ({ event, request_id, facts }))).toMatchObject([
    { event: "created" },
    { event: "send_requested" },
    { event: "requeued", request_id: gift.requestId, facts: { by: "otto" } },
    { event: "waiting_in_outbox", request_id: gift.requestId },
  ]);
});

test("of named gifts each has its outcome, in their order, also one that somebody holds at this moment", async () => {
  const [waiting, held, idle] = [await idleGift(30), await idleGift(30), await idleGift(30)];
  await requeue({ ids: [waiting.id] });
  const ids = [held.id, waiting.id, idle.id];
  const holding = await own.db.startTransaction().execute();
  try {
    await sql`select from gifts where id = ${held.id} for key share`.execute(holding);
    const results = await own.db
      .transaction()
      .execute((trx) => requeueNamedGifts(trx, { ids, idleSeconds: 600, operator: "olga" }));
    expect(results.map(({ giftId, outcome }) => [giftId, outcome])).toEqual([
      [held.id, "busy"],
      [waiting.id, "in_outbox"],
      [idle.id, "requeued"],
    ]);
  } finally {
    await holding.rollback().execute();
  }
});
