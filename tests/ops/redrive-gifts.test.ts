import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { begun, deadMessage, everything, giftIn, rowsOf, unknownGiftId } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { linkTo, runOps } from "./run-ops.ts";

const own = useTestDatabase();
const redrive = (...words: string[]) => runOps(["gifts", "redrive", ...words], linkTo(own.connection));

beforeEach(async () => {
  await sql`truncate gifts, send_requests, send_attempts, dead_letters, outbox, requeues`.execute(own.db);
});

/** As a permanent error leaves it, with another code where one is given. */
async function failedGift(code = "PROVIDER_REFUSED") {
  const gift = await giftIn(own.db, "FAILED");
  await sql`update gifts set last_error = ${`${code}: no`}, updated_at = now() - interval '1 minute'
    where id = ${gift.id}`.execute(own.db);
  return gift;
}

async function deadGift() {
  const gift = await failedGift();
  await recordDeadLetter(own.db, deadMessage(gift.body));
  const [letterId = ""] = await listDeadLetterIds(own.db, { giftId: gift.id });
  return { ...gift, letterId };
}

const statusOf = async ({ id }: { id: string }) => (await rowsOf(own.db, id)).gift?.status;

test("sends gifts again that failed for good, and says under which request", async () => {
  const gifts = [await failedGift(), await failedGift()];
  const finished = await redrive(...gifts.map(({ id }) => id), "--operator", "olga", "--json");
  const requestOf = async ({ id }: { id: string }) => (await rowsOf(own.db, id)).gift?.request_id ?? "";
  const results = gifts.map(async (gift) => {
    return { gift_id: gift.id, outcome: "redriven", request_id: await requestOf(gift), dead_letter_ids: [] };
  });
  expect(finished.code).toBe(0);
  expect(finished.json()).toEqual({ dry_run: false, selected: 2, redriven: 2, results: await Promise.all(results) });
  expect((await everything(own.db)).outbox).toHaveLength(2);
  for (const gift of gifts) {
    expect((await rowsOf(own.db, gift.id)).sendRequests).toContainEqual(
      expect.objectContaining({ redriven_by: "olga" }),
    );
    await begun(own.db, { ...gift, requestId: await requestOf(gift) });
  }
});

test("closes a gift's dead letter; a second time fails, says the gift's state and changes nothing", async () => {
  const gift = await deadGift();
  const first = await redrive(gift.id, "--json");
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.json()).toMatchObject({ results: [{ outcome: "redriven", dead_letter_ids: [gift.letterId] }] });
  const [letter] = (await rowsOf(own.db, gift.id)).deadLetters;
  expect(letter).toMatchObject({ state: "REDRIVEN", resolved_by: expect.stringMatching(/.+/) });
  const before = await everything(own.db);
  const second = await redrive(gift.id);
  expect(second.code).toBe(1);
  expect(second.stdout).toMatch(/not_failed +│ QUEUED/);
  expect(second.stdout).toContain("0 of 1 redriven");
  expect(await everything(own.db)).toEqual(before);
});

test("fails when any of its gifts could not be redriven, and still does the others", async () => {
  const [sent, gift] = [await giftIn(own.db, "SENT"), await failedGift()];
  const finished = await redrive(unknownGiftId, sent.id, gift.id, "--json");
  expect(finished.code).toBe(1);
  expect(finished.json()).toMatchObject({
    redriven: 1,
    results: [
      { gift_id: unknownGiftId, outcome: "not_found" },
      { gift_id: sent.id, outcome: "not_failed", status: "SENT" },
      { gift_id: gift.id, outcome: "redriven" },
    ],
  });
});

test("--all takes those without a dead letter, oldest first, and at most the limit", async () => {
  const [first, second, third] = [await failedGift(), await failedGift(), await failedGift()];
  const [open, discarded] = [await deadGift(), await deadGift()];
  await sql`update dead_letters set state = 'DISCARDED', resolved_by = 'ann', resolved_at = now()
    where id = ${discarded.letterId}`.execute(own.db);
  const finished = await redrive("--all", "--limit", "2");
  expect(finished).toMatchObject({ code: 0, stdout: expect.stringContaining("2 of 2 redriven") });
  expect(finished.stderr).toContain("2/2");
  const states = async () => await Promise.all([first, second, third, open, discarded].map(statusOf));
  expect(await states()).toEqual(["QUEUED", "QUEUED", "FAILED", "FAILED", "FAILED"]);
  expect((await redrive("--all")).stdout).toContain("1 of 1 redriven");
  expect(await states()).toEqual(["QUEUED", "QUEUED", "QUEUED", "FAILED", "FAILED"]);
});

test("--all leaves a gift alone whose dead letter may be on its way: it would be recorded as stale, with another error", async () => {
  const gift = await failedGift();
  await sql`update gifts set updated_at = now() where id = ${gift.id}`.execute(own.db);
  expect(await redrive("--all")).toMatchObject({ code: 1, stdout: "no FAILED gift without a dead letter matches\n" });
  expect(await redrive(gift.id)).toMatchObject({ code: 0 });
});

test("--all takes a gift whose redrive failed at once, although its first send has a dead letter", async () => {
  const gift = await deadGift();
  await redrive(gift.id);
  await sql`update gifts set status = 'FAILED', updated_at = now() - interval '1 minute'
    where id = ${gift.id}`.execute(own.db);
  expect((await redrive("--all")).stdout).toContain("1 of 1 redriven");
});

test("--all keeps to an error code, and to those that failed since a time", async () => {
  const [old, other, gift] = [await failedGift(), await failedGift("PROVIDER_AWAY"), await failedGift()];
  await sql`update gifts set updated_at = '2026-01-31T08:00:00Z' where id = ${old.id}`.execute(own.db);
  const finished = await redrive(...["--all", "--error-code", "PROVIDER_REFUSED", "--since", "2026-01-31T09:00:00Z"]);
  expect(finished).toMatchObject({ code: 0, stdout: expect.stringContaining("1 of 1 redriven") });
  expect(await Promise.all([old, other, gift].map(statusOf))).toEqual(["FAILED", "FAILED", "QUEUED"]);
});

test("--all that matches nothing is a failure that says so", async () => {
  await deadGift();
  const finished = await redrive("--all");
  expect(finished).toMatchObject({ code: 1, stdout: "no FAILED gift without a dead letter matches\n" });
});

test("a dry run prints what each gift's outcome would be and changes nothing", async () => {
  const [gift, dead] = [await failedGift(), await deadGift()];
  const before = await everything(own.db);
  const ofAll = await redrive("--all", "--dry-run");
  expect(ofAll.stdout).toContain("1 of 1 would be redriven; nothing was changed");
  const finished = await redrive(gift.id, dead.id, "--dry-run", "--json");
  expect(finished).toMatchObject({ code: 0 });
  expect(finished.json()).toEqual({
    ...{ dry_run: true, selected: 2, redriven: 2 },
    results: [
      { gift_id: gift.id, outcome: "redriven", dead_letter_ids: [] },
      { gift_id: dead.id, outcome: "redriven", dead_letter_ids: [dead.letterId] },
    ],
  });
  expect(await everything(own.db)).toEqual(before);
});

test("a rate spreads the redrives out", async () => {
  const gifts = [await failedGift(), await failedGift(), await failedGift(), await failedGift()];
  await redrive(...gifts.map(({ id }) => id), "--rate", "5");
  const times = (await everything(own.db)).gifts.map(({ updated_at }) => Number(updated_at));
  // Four at 5 a second take 0.6 s; without a rate they take a few milliseconds.
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(300);
});
