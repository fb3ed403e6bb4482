import { sql } from "kysely";
import { expect, test } from "vitest";
import { createTestDatabase, useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

test("a test file's database is migrated and empty", async () => {
  const gifts = await own.db.selectFrom("gifts").selectAll().execute();
  expect(gifts).toEqual([]);
});

test("two test databases don't see each other's tables, and a dropped one is gone", async () => {
  const other = await createTestDatabase();
  await sql`create table only_here (id integer)`.execute(other.db);
  const found = await sql`select 1 from pg_tables where tablename = 'only_here'`.execute(own.db);
  expect(found.rows).toEqual([]);
  await other.drop();
  const left = await sql`select 1 from pg_database where datname = ${other.connection.database}`.execute(own.db);
  expect(left.rows).toEqual([]);
});

test("the server is Postgres 18 in UTF-8", async () => {
  const { rows } = await sql<{ version: number; encoding: string }>`
    select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding
  `.execute(own.db);
  expect(rows[0]?.encoding).toBe("UTF8");
  expect(rows[0]?.version).toBeGreaterThanOrEqual(180_000);
});
