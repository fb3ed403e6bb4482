import { DeadLetterNotFoundError } from "@gift/core/dead-letter/dead-letter.errors";
import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { findDeadLetter, listDeadLetterIds, listDeadLetters } from "@gift/core/dead-letter/find";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { begun, deadMessage, everything, giftIn, rowsOf, unknownGiftId } from "./gift-in.ts";

const own = useTestDatabase();

const exhausted = "DEAD_LETTERED: every delivery ended without an outcome; see the attempts";

test("a gift whose every attempt crashed is FAILED by its dead letter", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  const message = { ...deadMessage(gift.body), attributes: { traceparent: "00-1" }, receiveCount: 2 };
  expect(await recordDeadLetter(own.db, message)).toEqual({
    isNew: true,
    isGiftFailed: true,
    giftId: gift.id,
    requestId: gift.requestId,
    error: exhausted,
    fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
    normalizedError: exhausted,
    isNewError: true,
  });
  const rows = await rowsOf(own.db, gift.id);
  expect(rows.gift).toMatchObject({ status: "FAILED", last_error: exhausted });
  expect(rows.deadLetters).toMatchObject([
    {
      message_id: message.messageId,
      queue: "gift-dead-letters",
      body: gift.body,
      attributes: { traceparent: "00-1" },
      receive_count: 2,
      request_id: gift.requestId,
      error: exhausted,
      state: "OPEN",
    },
  ]);
});

test("the newest attempt's error is the dead letter's error", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  await recordRetry(own.db, await begun(own.db, gift), { code: "PROVIDER_FAILED", message: "no" });
  expect(await recordDeadLetter(own.db, deadMessage(gift.body))).toMatchObject({ error: "PROVIDER_FAILED: no" });
  expect((await rowsOf(own.db, gift.id)).gift).toMatchObject({ status: "FAILED", last_error: "PROVIDER_FAILED: no" });
});

test("recording a message twice, also at the same moment, is one row", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  const message = deadMessage(gift.body);
  const recorded = await Promise.all(Array.from({ length: 8 }, () => recordDeadLetter(own.db, message)));
  expect(recorded.filter((one) => one.isNew)).toHaveLength(1);
  expect(recorded.filter((one) => one.isGiftFailed)).toHaveLength(1);
  const before = await everything(own.db);
  expect(await recordDeadLetter(own.db, message)).toMatchObject({ isNew: false, isGiftFailed: false });
  expect(await everything(own.db)).toEqual(before);
});

test.each([
  ["SENT", "ALREADY_SENT: the gift is SENT, only its acknowledgement failed"],
  ["FAILED", "PROVIDER_REFUSED: no"],
] as const)("a dead letter of a gift that is %s is recorded and leaves the gift alone", async (status, error) => {
  const gift = await giftIn(own.db, status);
  const before = (await rowsOf(own.db, gift.id)).gift;
  const recorded = await recordDeadLetter(own.db, deadMessage(gift.body));
  expect(recorded).toMatchObject({ isNew: true, isGiftFailed: false, error });
  expect((await rowsOf(own.db, gift.id)).gift).toEqual(before);
});

test("a dead letter of an older request is recorded and leaves the gift alone", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  const before = (await rowsOf(own.db, gift.id)).gift;
  const recorded = await recordDeadLetter(own.db, deadMessage(encodeSendMessage(gift.id, "an-older-one")));
  expect(recorded).toMatchObject({
    isNew: true,
    isGiftFailed: false,
    error: "STALE_REQUEST: the gift is on another send request since",
  });
  expect((await rowsOf(own.db, gift.id)).gift).toEqual(before);
});

test("a message that names no gift is recorded", async () => {
  const recorded = await recordDeadLetter(own.db, deadMessage(encodeSendMessage(unknownGiftId, "key")));
  expect(recorded).toMatchObject({
    isNew: true,
    giftId: unknownGiftId,
    error: "UNKNOWN_GIFT: the message names no gift",
  });
});

test.each([
  "",
  "not json",
  "null",
  "[]",
  '{"gift_id":"not-a-uuid","request_id":"r"}',
  '{"gift_id":"00000000-0000-7000-8000-000000000000","request_id":"r","more":1}',
  // Valid JSON that Postgres would refuse as a text parameter.
  '{"gift_id":"00000000-0000-7000-8000-000000000000","request_id":"\\u0000"}',
  `{"gift_id":"00000000-0000-7000-8000-000000000000","request_id":"${"r".repeat(256)}"}`,
])("a body that is not a send message is recorded without a gift: %s", async (body) => {
  const recorded = await recordDeadLetter(own.db, deadMessage(body));
  expect(recorded).toMatchObject({
    isNew: true,
    isGiftFailed: false,
    giftId: null,
    requestId: null,
    error: "UNPARSABLE_MESSAGE: the body is not a send message",
  });
});

test("discarding closes a letter once, says who did it, and leaves its gift alone", async () => {
  const gift = await giftIn(own.db, "FAILED");
  await recordDeadLetter(own.db, deadMessage(gift.body));
  const [letter] = await listDeadLetters(own.db, { giftId: gift.id });
  const id = letter?.id ?? "";
  const before = (await rowsOf(own.db, gift.id)).gift;
  expect(await discardDeadLetter(own.db, { id, operator: "olga" })).toBe(true);
  expect(await discardDeadLetter(own.db, { id, operator: "otto" })).toBe(false);
  expect(await findDeadLetter(own.db, id)).toMatchObject({ state: "DISCARDED", resolvedBy: "olga" });
  expect((await rowsOf(own.db, gift.id)).gift).toEqual(before);
});

test("a dead letter that doesn't exist is not found and can't be discarded", async () => {
  await expect(findDeadLetter(own.db, "999999")).rejects.toThrow(DeadLetterNotFoundError);
  expect(await discardDeadLetter(own.db, { id: "999999", operator: "olga" })).toBe(false);
});

test("dead letters are listed oldest first, by every filter alone and by all together", async () => {
  const gifts = [await giftIn(own.db, "FAILED"), await giftIn(own.db, "FAILED"), await giftIn(own.db, "QUEUED")];
  for (const gift of gifts) await recordDeadLetter(own.db, deadMessage(gift.body));
  const byGift = async (index: number) => (await listDeadLetterIds(own.db, { giftId: gifts[index]?.id }))[0] ?? "";
  const [first, second, third] = [await byGift(0), await byGift(1), await byGift(2)];
  await sql`update dead_letters set created_at = '2020-01-01' where id = ${second}`.execute(own.db);
  await discardDeadLetter(own.db, { id: first, operator: "olga" });

  const refused = await listDeadLetterIds(own.db, { errorCode: "PROVIDER_REFUSED" });
  expect(refused).toEqual(expect.arrayContaining([first, second]));
  expect(refused).not.toContain(third);
  // A code is matched whole, not as a prefix.
  expect(await listDeadLetterIds(own.db, { errorCode: "PROVIDER" })).toEqual([]);
  expect(await listDeadLetterIds(own.db, { state: "DISCARDED", giftId: gifts[0]?.id })).toEqual([first]);
  expect(await listDeadLetterIds(own.db, { createdBefore: new Date("2020-01-02") })).toEqual([second]);
  const newer = await listDeadLetterIds(own.db, { createdAfter: new Date("2020-01-02") });
  expect(newer).toEqual(newer.toSorted((a, b) => Number(a) - Number(b)));
  expect(newer).not.toContain(second);
  expect(await listDeadLetterIds(own.db, { limit: 2 })).toHaveLength(2);
  const filter = { state: "OPEN", errorCode: "PROVIDER_REFUSED", giftId: gifts[1]?.id } as const;
  expect((await listDeadLetters(own.db, { ...filter, limit: 5 })).map((row) => row.id)).toEqual([second]);
});
