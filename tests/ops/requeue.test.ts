import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { everything, giftIn, unknownGiftId } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { linkTo, runOps } from "./run-ops.ts";

const own = useTestDatabase();
const requeue = (...words: string[]) => runOps(["gifts", "requeue", ...words], linkTo(own.connection));

beforeEach(async () => {
  await sql`truncate gifts, send_requests, send_attempts, dead_letters, outbox, requeues`.execute(own.db);
});

async function idleGift() {
  const gift = await giftIn(own.db, "QUEUED");
  await sql`update gifts set updated_at = now() - interval '45 minutes' where id = ${gift.id}`.execute(own.db);
  return gift;
}

test("gifts requeue --all writes the lost messages again and names the gifts", async () => {
  const gift = await idleGift();
  await giftIn(own.db, "QUEUED");
  const finished = await requeue("--all", "--operator", "ann", "--json");
  expect(finished).toMatchObject({ code: 0, stderr: "" });
  expect(finished.json()).toEqual({
    dry_run: false,
    gifts: [
      {
        ...{ gift_id: gift.id, outcome: "requeued", status: "QUEUED" },
        ...{ request_id: gift.requestId, idle_since: expect.stringMatching(/Z$/) },
      },
    ],
  });
  expect((await everything(own.db)).outbox).toEqual([expect.objectContaining({ body: gift.body })]);
  const story = await runOps(["gift", "show", gift.id], linkTo(own.connection));
  expect(story.stdout).toMatch(/requeued .+ by: ann/);
});

test("--dry-run says what it would do and changes nothing", async () => {
  const gift = await idleGift();
  const before = await everything(own.db);
  const finished = await requeue("--all", "--dry-run");
  expect(finished.code).toBe(0);
  expect(finished.stdout).toContain(gift.id);
  expect(finished.stdout).toContain("1 of 1 would be requeued; nothing was changed");
  expect(await everything(own.db)).toEqual(before);
});

test("when none is idle for so long it says so and fails", async () => {
  const gift = await idleGift();
  const finished = await requeue("--all", "--idle-for", "1h");
  expect(finished).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("no QUEUED gift has been idle for so long"),
  });
  expect((await requeue(gift.id, "--idle-for", "1800s")).code).toBe(0);
});

test("of each named gift it says what became of it, and fails unless all were requeued", async () => {
  const [idle, failed, recent] = [await idleGift(), await giftIn(own.db, "FAILED"), await giftIn(own.db, "QUEUED")];
  const finished = await requeue(unknownGiftId, failed.id, recent.id, idle.id, "--json");
  expect(finished.code).toBe(1);
  expect(finished.json()).toMatchObject({
    gifts: [
      { gift_id: unknownGiftId, outcome: "not_found", status: null, idle_since: null },
      { gift_id: failed.id, outcome: "not_queued", status: "FAILED" },
      { gift_id: recent.id, outcome: "not_idle", status: "QUEUED", idle_since: expect.stringMatching(/Z$/) },
      { gift_id: idle.id, outcome: "requeued", request_id: idle.requestId },
    ],
  });
  expect((await everything(own.db)).outbox).toEqual([expect.objectContaining({ body: idle.body })]);
  const again = await requeue(recent.id, idle.id);
  expect(again.code).toBe(1);
  expect(again.stdout).toMatch(/not_idle .+\n.+ in_outbox /);
  expect(again.stdout).toContain("0 of 2 requeued");
  expect(again.stdout).toContain("not_idle: something happened less than 30m ago, which --idle-for sets");
});

test.each([
  [[], "give the ids of gifts, or --all"],
  [["--all", "00000000-0000-7000-8000-000000000000"], "give the ids of gifts, or --all"],
  [["--all", "--idle-for", "soon"], '--idle-for "soon" is not a duration like 90s, 30m, 2h or 1d'],
  [["--all", "--operator", " "], "--operator needs a name"],
  [["--all", "--limit", "0"], '--limit "0" is not a whole number from 1 to 10000'],
])("%j is refused with a sentence that helps", async (words, sentence) => {
  const finished = await requeue(...words);
  expect(finished.code).toBe(2);
  expect(finished.stderr).toContain(sentence);
});
