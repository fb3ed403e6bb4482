import { createGift } from "@gift/core/gift/create";
import { findGift, listGifts } from "@gift/core/gift/find";
import { isGiftMessage, maxAmount } from "@gift/core/gift/gift";
import { GiftNotFoundError } from "@gift/core/gift/gift.errors";
import { giftStatuses } from "@gift/core/gift/gift.state";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { giftIn, unknownGiftId } from "./gift-in.ts";

const own = useTestDatabase();

test("a new gift is CREATED, has a time-ordered id and an unguessable code, and is found as it was stored", async () => {
  const gift = await createGift(own.db, { amount: maxAmount, message: "🎁".repeat(500) });
  expect(gift).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
    code: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
    amount: maxAmount,
    message: "🎁".repeat(500),
    clientId: null,
    status: "CREATED",
    requestId: null,
    lastError: null,
    createdAt: gift.updatedAt,
    updatedAt: expect.any(Date),
  });
  expect(await findGift(own.db, gift.id, "anybody")).toEqual(gift);
});

test("an unknown gift is not found", async () => {
  await expect(findGift(own.db, unknownGiftId, "anybody")).rejects.toThrow(GiftNotFoundError);
});

test("gifts are listed newest first or oldest first, all or those of one status, at most the limit", async () => {
  const gifts = [];
  for (const status of giftStatuses) gifts.push(await giftIn(own.db, status));
  const ids = (await listGifts(own.db, { limit: 4 })).map((gift) => gift.id);
  expect(ids).toEqual(gifts.map((gift) => gift.id).toReversed());
  expect(await listGifts(own.db, { limit: 2 })).toHaveLength(2);
  const [created] = await listGifts(own.db, { status: "CREATED", isOldestFirst: true, limit: 1 });
  const [newest] = await listGifts(own.db, { status: "CREATED", limit: 1 });
  expect(created && newest && created.createdAt < newest.createdAt).toBe(true);
  for (const [index, status] of giftStatuses.entries()) {
    const [newest] = await listGifts(own.db, { status, limit: 1 });
    expect(newest?.id).toBe(gifts[index]?.id);
  }
});

test.each([
  ["500 emoji", "🎁".repeat(500), true],
  ["501 emoji", "🎁".repeat(501), false],
  ["nothing", "", true],
  ["NUL", "a\u0000b", false],
  ["half an emoji", "\ud83c", false],
  ["a control character", "\u001b[2J", true],
])("%s as a gift's message", async (_, message, isAccepted) => {
  expect(isGiftMessage(message)).toBe(isAccepted);
  if (isAccepted) expect(await createGift(own.db, { amount: 1, message })).toMatchObject({ message });
});
