import { randomUUID } from "node:crypto";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { createGift } from "@gift/core/gift/create";
import { migrations, newestMigration } from "@gift/core/migration/migrations";
import { appendToOutbox } from "@gift/core/outbox/append";
import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { deadMessage, giftIn, unknownGiftId } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { linkTo, runOps } from "./run-ops.ts";

const own = useTestDatabase();
const ops = (...words: string[]) => runOps(words, linkTo(own.connection));

beforeAll(async () => {
  for (const status of ["CREATED", "QUEUED", "SENT", "FAILED"] as const) await giftIn(own.db, status);
});

test("gift show tells the story as JSON with stable names", async () => {
  const gift = await giftIn(own.db, "FAILED");
  await recordDeadLetter(own.db, deadMessage(gift.body));
  const finished = await ops("gift", "show", gift.id, "--json");
  expect(finished).toMatchObject({ code: 0, stderr: "" });
  expect(finished.json()).toEqual({
    gift: {
      gift_id: gift.id,
      code: expect.any(String),
      amount: 100,
      message: null,
      client_id: null,
      status: "FAILED",
      request_id: gift.requestId,
      last_error: "PROVIDER_REFUSED: no",
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    },
    story: [
      { at: expect.any(String), event: "created", request_id: null, amount: 100 },
      { at: expect.any(String), event: "send_requested", request_id: gift.requestId },
      {
        at: expect.any(String),
        event: "attempt",
        request_id: gift.requestId,
        number: 1,
        receive_count: 1,
        outcome: "FAILED",
        finished_at: expect.any(String),
        error_code: "PROVIDER_REFUSED",
        error_message: "no",
      },
      {
        at: expect.any(String),
        event: "dead_lettered",
        request_id: gift.requestId,
        dead_letter_id: expect.any(Number),
        message_id: expect.any(String),
        error: "PROVIDER_REFUSED: no",
      },
    ],
  });
});

test("gift show tells people the same in tables, and a client's control characters stay text", async () => {
  const { id } = await createGift(own.db, { amount: 7, message: "🎁 \u001b[2J" });
  const finished = await ops("gift", "show", id.toUpperCase());
  expect(finished.code).toBe(0);
  for (const words of [id, "🎁 \\u001b[2J", "created", "amount: 7"]) expect(finished.stdout).toContain(words);
  expect(finished.stdout).not.toContain("\u001b");
});

test.each([[[]], [["--json"]]])(
  "in a task, whose output is a log, gift show %j tells neither code nor message",
  async (flags) => {
    const gift = await createGift(own.db, { amount: 7, message: "for your eyes only" });
    const inTask = { ...linkTo(own.connection), ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4" };
    const { code, stdout } = await runOps(["gift", "show", gift.id, ...flags], inTask);
    expect(code).toBe(0);
    expect(stdout).toContain(gift.id);
    for (const secret of [gift.code, "for your eyes only"]) expect(stdout).not.toContain(secret);
  },
);

test("gift show of an unknown gift fails", async () => {
  expect(await ops("gift", "show", unknownGiftId)).toMatchObject({ code: 1, stdout: "", stderr: "gift not found\n" });
});

test("gifts list shows the newest, by status, at most the limit, whole in JSON and cut for people", async () => {
  const gift = await giftIn(own.db, "FAILED");
  await sql`update gifts set last_error = ${`CODE: ${"x".repeat(500)}`} where id = ${gift.id}`.execute(own.db);
  const json = (await ops("gifts", "list", "--status", "FAILED", "--limit", "1", "--json")).json();
  expect(json).toMatchObject({
    gifts: [{ gift_id: gift.id, status: "FAILED", last_error: `CODE: ${"x".repeat(500)}` }],
  });
  const table = await ops("gifts", "list", "--limit", "50");
  expect(table.code).toBe(0);
  for (const word of ["gift_id", "CREATED", "QUEUED", "SENT", "FAILED", gift.id, "xxx…"])
    expect(table.stdout).toContain(word);
  expect(table.stdout).not.toContain("x".repeat(100));
});

test("gifts list --oldest begins with what has waited longest", async () => {
  const [older, younger] = [await giftIn(own.db, "QUEUED"), await giftIn(own.db, "QUEUED")];
  const idsOf = async (...words: string[]) =>
    Array.from(
      (await ops("gifts", "list", "--status", "QUEUED", ...words)).stdout.matchAll(/│ (\S{36}) │/g),
      ([, id]) => id,
    );
  const newestFirst = await idsOf();
  expect(newestFirst.slice(0, 2)).toEqual([younger.id, older.id]);
  expect(await idsOf("--oldest")).toEqual(newestFirst.toReversed());
});

test("outbox status says what waits, and that nothing does", async () => {
  await sql`truncate outbox`.execute(own.db);
  expect(await ops("outbox", "status")).toMatchObject({ code: 0, stdout: "the outbox is empty\n" });
  expect((await ops("outbox", "status", "--json")).json()).toEqual({ depth: 0, queues: [] });
  await own.db.transaction().execute(async (trx) => {
    await appendToOutbox(trx, { destination: "gift", body: "one" });
    await appendToOutbox(trx, { destination: "gift", body: "two" });
  });
  const status = { queue: "gift", depth: 2, oldest_age_seconds: expect.any(Number), retried: 0, last_error: null };
  expect((await ops("outbox", "status", "--json")).json()).toEqual({ depth: 2, queues: [status] });
  expect((await ops("outbox", "status")).stdout).toMatch(/gift\s+│ 2/);
});

test("migrate prints what it applied, once over all of several at the same moment, and then that there is nothing to do", async () => {
  const database = `empty_${randomUUID().replaceAll("-", "")}`;
  await sql`create database ${sql.id(database)}`.execute(own.db);
  const environment = linkTo({ ...own.connection, database });
  const early = await runOps(["outbox", "status"], environment);
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining("run `bun run ops migrate`") });
  const both = await Promise.all([1, 2].map(() => runOps(["migrate"], environment)));
  expect(both.map((finished) => finished.code)).toEqual([0, 0]);
  const lines = both.flatMap((finished) => finished.stdout.trim().split("\n"));
  for (const name of Object.keys(migrations))
    expect(lines.filter((line) => line === `applied ${name}`)).toHaveLength(1);
  const again = await runOps(["migrate"], environment);
  expect(again).toMatchObject({ code: 0, stdout: `nothing to do: the schema has ${newestMigration}\n` });
  const json = await runOps(["migrate", "--json"], environment);
  expect(json.json()).toEqual({ applied: [], needed: newestMigration });
});
