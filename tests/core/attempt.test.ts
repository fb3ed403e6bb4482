import { openDatabase } from "@gift/core/database/database";
import { markFailed } from "@gift/core/gift/mark-failed";
import { markSent } from "@gift/core/gift/mark-sent";
import { beginAttempt } from "@gift/core/send-attempt/begin";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { expect, test } from "vitest";
import { listAttempts } from "../support/attempts.ts";
import { useTestDatabase } from "../support/database.ts";
import { begun, everything, giftIn, rowsOf, unknownGiftId } from "./gift-in.ts";

const own = useTestDatabase();

const failure = { code: "PROVIDER_FAILED", message: "the provider said no" };
const deliver = (gift: { id: string; requestId: string }, receiveCount = 1) =>
  beginAttempt(own.db, { giftId: gift.id, requestId: gift.requestId, receiveCount });

test("an attempt begins with what is needed to send, and is numbered from 1", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  const first = await deliver(gift, 1);
  const second = await deliver(gift, 3);
  const rows = await listAttempts(own.db, gift.id);
  expect(first).toEqual({
    kind: "begun",
    attempt: { id: rows[0]?.id, giftId: gift.id, requestId: gift.requestId, number: 1 },
    gift: { code: (await rowsOf(own.db, gift.id)).gift?.code, amount: 100, message: null, earlierRequestIds: [] },
  });
  expect(second).toMatchObject({ kind: "begun", attempt: { number: 2 } });
  expect(rows).toMatchObject([
    { number: 1, receive_count: 1, outcome: null, finished_at: null },
    { number: 2, receive_count: 3, outcome: null, finished_at: null },
  ]);
});

test("five deliveries at the same moment each get a number of their own", async () => {
  for (let round = 0; round < 5; round += 1) {
    const gift = await giftIn(own.db, "QUEUED");
    const beginnings = await Promise.all(Array.from({ length: 5 }, () => deliver(gift)));
    const numbers = beginnings.map((beginning) => (beginning.kind === "begun" ? beginning.attempt.number : 0));
    expect(numbers.toSorted()).toEqual([1, 2, 3, 4, 5]);
  }
});

test.each([
  ["SENT", "duplicate"],
  ["FAILED", "duplicate"],
] as const)("a delivery that finds its gift %s under its own request is a %s", async (status, kind) => {
  const gift = await giftIn(own.db, status);
  const before = await everything(own.db);
  expect(await deliver(gift)).toEqual({ kind });
  expect(await everything(own.db)).toEqual(before);
});

test.each(["QUEUED", "SENT", "FAILED"] as const)(
  "a delivery of another request to a %s gift is stale",
  async (status) => {
    const gift = await giftIn(own.db, status);
    const before = await everything(own.db);
    expect(await deliver({ ...gift, requestId: "an-older-one" })).toEqual({ kind: "stale" });
    expect(await everything(own.db)).toEqual(before);
  },
);

test("a delivery for a gift that doesn't exist says so", async () => {
  expect(await deliver({ id: unknownGiftId, requestId: "r" })).toEqual({ kind: "unknown-gift" });
});

test("success moves the gift to SENT, clears its error and finishes the attempt", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  await recordRetry(own.db, await begun(own.db, gift), failure);
  expect(await markSent(own.db, await begun(own.db, gift), "provider-1")).toBeDefined();
  const rows = await rowsOf(own.db, gift.id);
  expect(rows.gift).toMatchObject({ status: "SENT", last_error: null });
  expect(rows.attempts).toMatchObject([
    { number: 1, outcome: "RETRY", error_code: failure.code, error_message: failure.message },
    { number: 2, outcome: "SENT", provider_reference: "provider-1", finished_at: expect.any(Date) },
  ]);
});

test("a failure that will be tried again leaves the gift QUEUED and shows its error", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  await recordRetry(own.db, await begun(own.db, gift), failure);
  const rows = await rowsOf(own.db, gift.id);
  expect(rows.gift).toMatchObject({ status: "QUEUED", last_error: "PROVIDER_FAILED: the provider said no" });
  expect(rows.attempts).toMatchObject([{ outcome: "RETRY", finished_at: expect.any(Date) }]);
});

test("a final failure moves the gift to FAILED and says why", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  expect(await markFailed(own.db, await begun(own.db, gift), failure)).toBe(true);
  const rows = await rowsOf(own.db, gift.id);
  expect(rows.gift).toMatchObject({ status: "FAILED", last_error: "PROVIDER_FAILED: the provider said no" });
  expect(rows.attempts).toMatchObject([{ outcome: "FAILED", error_code: failure.code }]);
});

test("of two processes that end a send differently at the same moment exactly one moves the gift", async () => {
  const other = openDatabase({ ...own.connection, maxConnections: 2, applicationName: "the other process" });
  try {
    for (let round = 0; round < 25; round += 1) {
      const gift = await giftIn(own.db, "QUEUED");
      const [one, two] = [await begun(own.db, gift), await begun(own.db, gift)];
      const [sent, failed] = await Promise.all([
        markSent(own.db, one, "reference"),
        markFailed(other, two, failure),
        recordRetry(other, two, failure),
      ]);
      expect([sent, failed].filter(Boolean)).toHaveLength(1);
      const rows = await rowsOf(own.db, gift.id);
      expect(rows.gift).toMatchObject(sent ? { status: "SENT", last_error: null } : { status: "FAILED" });
      expect(rows.attempts).toHaveLength(2);
    }
  } finally {
    await other.destroy();
  }
});

test("two processes that both report success: one moves the gift, the other learns that it didn't", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  const attempts = [await begun(own.db, gift), await begun(own.db, gift)];
  const moved = await Promise.all(attempts.map((attempt) => markSent(own.db, attempt, "reference")));
  expect(moved.filter((sent) => sent !== undefined)).toHaveLength(1);
});

test("an attempt keeps its first outcome, whatever is reported after it", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  const attempt = await begun(own.db, gift);
  await markSent(own.db, attempt, "reference");
  const before = await everything(own.db);
  await recordRetry(own.db, attempt, failure);
  expect(await markFailed(own.db, attempt, failure)).toBe(false);
  expect(await everything(own.db)).toEqual(before);
});

test("a send that took effect after its attempt was given up still moves the gift to SENT", async () => {
  const gift = await giftIn(own.db, "QUEUED");
  const attempt = await begun(own.db, gift);
  await recordRetry(own.db, attempt, failure);
  expect(await markSent(own.db, attempt, "reference")).toBeDefined();
  expect((await rowsOf(own.db, gift.id)).attempts).toMatchObject([{ outcome: "RETRY" }]);
});

test.each([
  ["retried", recordRetry],
  ["failed", markFailed],
] as const)(
  "an error of any length and content is stored when an attempt is %s: 1,000 code points, no NUL",
  async (_, verb) => {
    const gift = await giftIn(own.db, "QUEUED");
    await verb(own.db, await begun(own.db, gift), { code: "LO\u0000NG", message: `\u0000\ud83c${"🎁".repeat(2_000)}` });
    const rows = await rowsOf(own.db, gift.id);
    expect(rows.gift?.last_error).toBe(`LONG: \ufffd${"🎁".repeat(993)}`);
    expect(rows.attempts).toMatchObject([{ error_code: "LONG", error_message: `\ufffd${"🎁".repeat(999)}` }]);
  },
);
