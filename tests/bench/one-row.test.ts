import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type Child, startChild } from "./rig/child.ts";
import { countGone, defineGiftIds, giftIdOf, layOutFor } from "./rig/gift-rows.ts";
import { Numbers } from "./rig/numbers.ts";
import { pgbenchProgram } from "./rig/one-row.ts";
import { oneRowClients } from "./rig/one-row-load.ts";
import { oneRowStatements } from "./rig/one-row-statement.ts";
import { runPgbench } from "./rig/pgbench.ts";
import { unbatchedWrites, writesUnderTest } from "./subject/writes.ts";

const database = useTestDatabase();
const numbers = new Numbers(1);

beforeAll(() => defineGiftIds(database.db));

/** A gift and everything that refers to it, without what differs from row to row. */
async function traceOf(number: number): Promise<unknown> {
  const id = giftIdOf(number);
  const { rows } = await sql`
    select status, gifts.request_id, last_error,
      (select count(*)::int from send_requests where gift_id = gifts.id) as requests,
      (select response_body::jsonb - 'gift_id' from send_requests where gift_id = gifts.id) as answer,
      (select array_agg(body::jsonb - 'gift_id') from outbox where body::jsonb->>'gift_id' = gifts.id::text) as messages,
      (select array_agg(outcome || ' ' || provider_reference) from send_attempts where gift_id = gifts.id) as attempts
    from gifts where id = ${id}`.execute(database.db);
  return rows[0];
}

describe("the reference does the same work as ours", () => {
  test.each(["send", "sent"] as const)("%s leaves the same rows behind", async (work) => {
    const range = numbers.take(3);
    await layOutFor(work, database.db, range);
    await writesUnderTest(database.db)[work](range.first);
    await unbatchedWrites(database.db)[work](range.first + 1);
    await sql.raw(oneRowStatements[work].replaceAll(":number", String(range.first + 2))).execute(database.db);
    const [ours, single, reference] = await Promise.all([0, 1, 2].map((index) => traceOf(range.first + index)));
    expect(reference).toEqual(ours);
    expect(reference).toEqual(single);
    expect(reference).toMatchObject({ status: work === "send" ? "QUEUED" : "SENT", requests: 1 });
  });

  test("insert makes a gift in CREATED", async () => {
    await unbatchedWrites(database.db).insert(5);
    await sql.raw(oneRowStatements.insert.replaceAll(":number", "5")).execute(database.db);
    const made = await database.db
      .selectFrom("gifts")
      .select(["amount", "message", "status"])
      .where("amount", "=", 105)
      .execute();
    expect(made).toEqual([0, 1].map(() => ({ amount: 105, message: null, status: "CREATED" })));
  });
});

describe("where there is no pgbench", () => {
  let child: Child;
  let folder: string;
  beforeAll(async () => {
    const command = ["tests/bench/process/one-row.ts", JSON.stringify(database.connection)];
    folder = mkdtempSync(join(tmpdir(), "gift-one-row-"));
    child = await startChild(folder, { name: "one row", command });
  });
  afterAll(async () => {
    await child.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(["send", "sent"] as const)("%s: each client works through gifts of its own, each once", async (work) => {
    const range = numbers.take(2 * oneRowClients);
    await layOutFor(work, database.db, range);
    const { operations } = await child.ask("run", { work, first: range.first, span: 2 });
    expect(operations).toBe(range.count);
    expect(await countGone(database.db, range, work === "send" ? "CREATED" : "QUEUED")).toBe(range.count);
  });

  test("what it can't do is an error with its reason", async () => {
    await expect(child.ask("run", { work: "send", first: "no number", span: 1 })).rejects.toThrow(
      "invalid input syntax",
    );
    await expect(child.ask("fly")).rejects.toThrow("there is no such command");
  });
});

test.runIf(pgbenchProgram())("pgbench: each client works through gifts of its own, each once", async () => {
  const range = numbers.take(2 * oneRowClients);
  await layOutFor("send", database.db, range);
  const folder = mkdtempSync(join(tmpdir(), "gift-pgbench-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const load = { work: "send", seconds: undefined, first: range.first, span: 2 } as const;
  expect(
    await runPgbench({ program: pgbenchProgram() ?? "", folder, connection: database.connection }, load),
  ).toMatchObject({ operations: range.count });
  expect(await countGone(database.db, range, "CREATED")).toBe(range.count);
});
