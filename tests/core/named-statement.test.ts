import { type Database, openDatabase } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();
const opened: Kysely<Database>[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.destroy()));
});

/** One connection, so that what it keeps can be asked for. */
function open(options: { namesStatements?: boolean } = {}): Kysely<Database> {
  const db = openDatabase({ ...own.connection, maxConnections: 1, applicationName: "test", ...options });
  opened.push(db);
  return db;
}

const add = (db: Kysely<Database>, amount: number) =>
  sql<{ sum: number }>`select ${amount}::int + 1 as sum`.execute(db).then(({ rows }) => rows[0]?.sum);

async function preparedTexts(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db);
  return rows.map(({ statement }) => statement);
}

test("a text that runs again is prepared once; one that runs once, or without parameters, is not", async () => {
  const db = open();
  await sql`select ${"once"}::text`.execute(db);
  for (let run = 0; run < 3; run += 1) expect(await add(db, run)).toBe(run + 1);
  await db.transaction().execute((trx) => add(trx, 10));
  await db.transaction().execute((trx) => add(trx, 20));
  expect(await preparedTexts(db)).toEqual(["select $1::int + 1 as sum"]);
});

test("behind a proxy nothing is prepared", async () => {
  const db = open({ namesStatements: false });
  for (let run = 0; run < 3; run += 1) await add(db, run);
  expect(await preparedTexts(db)).toEqual([]);
});

test("a connection keeps 200 names and no more", async () => {
  const db = open();
  for (let text = 0; text < 210; text += 1)
    for (let run = 0; run < 2; run += 1) await sql`select ${run}::int as ${sql.id(`column_${text}`)}`.execute(db);
  expect(await preparedTexts(db)).toHaveLength(200);
});

test("a migration that adds a column under a prepared `select *` is not noticed by its callers", async () => {
  const db = open();
  await sql`create table widened (id int)`.execute(db);
  const read = () => sql`select * from widened where id >= ${0}`.execute(db).then(({ rows }) => rows);
  await sql`insert into widened values (1)`.execute(db);
  for (let run = 0; run < 3; run += 1) await read();
  await sql`alter table widened add column note text default 'new'`.execute(own.db);
  for (let run = 0; run < 4; run += 1) expect(await read()).toEqual([{ id: 1, note: "new" }]);
});

test("in a transaction the stale plan is the caller's error, and the next transaction is well", async () => {
  const db = open();
  await sql`create table widened_later (id int)`.execute(db);
  const read = () => db.transaction().execute((trx) => sql`select * from widened_later where id >= ${0}`.execute(trx));
  for (let run = 0; run < 3; run += 1) await read();
  await sql`alter table widened_later add column note text`.execute(own.db);
  await expect(read()).rejects.toThrow("cached plan must not change result type");
  expect((await read()).rows).toEqual([]);
});

test("an error of a prepared statement is the error it would have been, and the next run is well", async () => {
  const db = open();
  const divide = (by: number) => sql<{ it: number }>`select 10 / ${by}::int as it`.execute(db);
  await divide(1);
  await divide(2);
  await expect(divide(0)).rejects.toMatchObject({ code: "22012" });
  expect((await divide(5)).rows).toEqual([{ it: 2 }]);
});
