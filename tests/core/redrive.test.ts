import { openDatabase } from "@gift/core/database/database";
import { DeadLetterNotFoundError } from "@gift/core/dead-letter/dead-letter.errors";
import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { redriveDeadLetter, redriveGift } from "@gift/core/dead-letter/redrive";
import { GiftNotFoundError } from "@gift/core/gift/gift.errors";
import type { GiftStatus } from "@gift/core/gift/gift.state";
import { markSent } from "@gift/core/gift/mark-sent";
import { beginAttempt } from "@gift/core/send-attempt/begin";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { begun, deadMessage, everything, giftIn, rowsOf, unknownGiftId } from "./gift-in.ts";

const own = useTestDatabase();

async function deadGift(status: GiftStatus = "FAILED") {
  const gift = await giftIn(own.db, status);
  await recordDeadLetter(own.db, deadMessage(gift.body));
  const [letterId = ""] = await listDeadLetterIds(own.db, { giftId: gift.id });
  return { ...gift, letterId };
}

const redrive = (id: string, operator = "olga") =>
  own.db.transaction().execute((trx) => redriveDeadLetter(trx, { id, operator }));
const redriveTheGift = (giftId: string) =>
  own.db.transaction().execute((trx) => redriveGift(trx, { giftId, operator: "olga" }));

test("a redrive queues the gift under a new request, with its message, its request and who did it", async () => {
  const gift = await deadGift();
  const outcome = await redrive(gift.letterId);
  const rows = await rowsOf(own.db, gift.id);
  const requestId = rows.gift?.request_id ?? "";
  expect(outcome).toEqual({ kind: "redriven", requestId });
  expect(requestId).not.toBe(gift.requestId);
  expect(rows.gift?.status).toBe("QUEUED");
  expect(rows.outbox).toMatchObject([
    { destination: "gift", body: `{"gift_id":"${gift.id}","request_id":"${requestId}"}` },
  ]);
  expect(rows.sendRequests).toContainEqual(
    expect.objectContaining({
      request_id: requestId,
      redriven_by: "olga",
      response_body: `{"gift_id":"${gift.id}","status":"QUEUED","request_id":"${requestId}"}`,
    }),
  );
  expect(rows.deadLetters).toMatchObject([
    { state: "REDRIVEN", redrive_request_id: requestId, resolved_by: "olga", resolved_at: expect.any(Date) },
  ]);
});

test("a redriven gift can be sent, and the old request's message is stale", async () => {
  const gift = await deadGift();
  const outcome = await redrive(gift.letterId);
  const requestId = outcome.kind === "redriven" ? outcome.requestId : "";
  const old = { giftId: gift.id, requestId: gift.requestId, receiveCount: 1 };
  expect(await beginAttempt(own.db, old)).toEqual({ kind: "stale" });
  expect(await markSent(own.db, await begun(own.db, { ...gift, requestId }), "reference")).toBeDefined();
});

test("a second redrive changes nothing", async () => {
  const gift = await deadGift();
  await redrive(gift.letterId);
  const before = await everything(own.db);
  expect(await redrive(gift.letterId)).toEqual({ kind: "resolved_before" });
  expect(await everything(own.db)).toEqual(before);
});

test("a discarded letter can't be redriven", async () => {
  const gift = await deadGift();
  await discardDeadLetter(own.db, { id: gift.letterId, operator: "olga" });
  const before = await everything(own.db);
  expect(await redrive(gift.letterId)).toEqual({ kind: "resolved_before" });
  expect(await everything(own.db)).toEqual(before);
});

test("the letter of a gift that is SENT, of one on another request, and of no gift can't be redriven", async () => {
  const moved = await deadGift();
  await redriveTheGift(moved.id);
  await recordDeadLetter(own.db, deadMessage(moved.body));
  await recordDeadLetter(own.db, deadMessage("poison"));
  const [stale = ""] = await listDeadLetterIds(own.db, { giftId: moved.id, state: "OPEN" });
  const [poison = ""] = await listDeadLetterIds(own.db, { errorCode: "UNPARSABLE_MESSAGE", state: "OPEN" });
  for (const id of [(await deadGift("SENT")).letterId, stale, poison]) {
    const before = await everything(own.db);
    expect(await redrive(id)).toEqual({ kind: "not_failed" });
    expect(await everything(own.db)).toEqual(before);
  }
});

test("a letter that doesn't exist is not found", async () => {
  await expect(redrive("999999")).rejects.toThrow(DeadLetterNotFoundError);
});

test("a transaction that rolls back leaves everything as it was", async () => {
  const gift = await deadGift();
  const before = await everything(own.db);
  const work = own.db.transaction().execute(async (trx) => {
    expect(await redriveDeadLetter(trx, { id: gift.letterId, operator: "olga" })).toMatchObject({ kind: "redriven" });
    throw new Error("the process died here");
  });
  await expect(work).rejects.toThrow("the process died here");
  expect(await everything(own.db)).toEqual(before);
});

test("20 redrives of a letter and of its gift at the same moment: one request, one message", async () => {
  const gift = await deadGift();
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async (_, index) =>
      index % 2 === 0
        ? (await redrive(gift.letterId)).kind === "redriven"
        : (await redriveTheGift(gift.id)) !== undefined,
    ),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  const rows = await rowsOf(own.db, gift.id);
  expect(rows.outbox).toHaveLength(1);
  expect(rows.sendRequests).toHaveLength(2);
  expect(rows.deadLetters).toMatchObject([{ state: "REDRIVEN", redrive_request_id: rows.gift?.request_id }]);
});

test("a redrive and a discard at the same moment: one of them", async () => {
  const other = openDatabase({ ...own.connection, maxConnections: 1, applicationName: "the other operator" });
  try {
    for (let round = 0; round < 10; round += 1) {
      const gift = await deadGift();
      const [outcome, isDiscarded] = await Promise.all([
        redrive(gift.letterId),
        discardDeadLetter(other, { id: gift.letterId, operator: "otto" }),
      ]);
      expect(isDiscarded).toBe(outcome.kind !== "redriven");
      expect((await rowsOf(own.db, gift.id)).gift?.status).toBe(isDiscarded ? "FAILED" : "QUEUED");
    }
  } finally {
    await other.destroy();
  }
});

test("a gift that failed for good has no dead letter and can be redriven by its id", async () => {
  const gift = await giftIn(own.db, "FAILED");
  const done = await redriveTheGift(gift.id);
  const rows = await rowsOf(own.db, gift.id);
  expect(done).toEqual({ requestId: rows.gift?.request_id, deadLetterIds: [] });
  expect(rows.gift?.status).toBe("QUEUED");
  expect(rows.outbox).toHaveLength(1);
});

test("redriving a gift closes the letter of the request it failed under, and only that", async () => {
  const gift = await deadGift();
  await recordDeadLetter(own.db, deadMessage(`{"gift_id":"${gift.id}","request_id":"an-older-one"}`));
  const done = await redriveTheGift(gift.id);
  expect(done?.deadLetterIds).toEqual([gift.letterId]);
  expect((await rowsOf(own.db, gift.id)).deadLetters).toMatchObject([
    { state: "REDRIVEN", redrive_request_id: done?.requestId, resolved_by: "olga" },
    { state: "OPEN", request_id: "an-older-one" },
  ]);
});

test.each(["CREATED", "QUEUED", "SENT"] as const)("a gift that is %s can't be redriven", async (status) => {
  const gift = await giftIn(own.db, status);
  const before = await everything(own.db);
  expect(await redriveTheGift(gift.id)).toBeUndefined();
  expect(await everything(own.db)).toEqual(before);
});

test("a gift that doesn't exist is not found", async () => {
  await expect(redriveTheGift(unknownGiftId)).rejects.toThrow(GiftNotFoundError);
});
