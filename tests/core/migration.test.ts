import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { migrations, newestMigration } from "@gift/core/migration/migrations";
import { isSchemaReady } from "@gift/core/migration/schema-version";
import { type Kysely, sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();
const opened: Kysely<Database>[] = [];

afterEach(() => Promise.all(opened.splice(0).map((db) => db.destroy())));

function open(database: string): Kysely<Database> {
  const db = openDatabase({ ...own.connection, database, maxConnections: 1, applicationName: "migration test" });
  opened.push(db);
  return db;
}

/** The server goes with the run, and these databases with it. */
async function emptyDatabase(): Promise<string> {
  const database = `empty_${randomUUID().replaceAll("-", "")}`;
  await sql`create database ${sql.id(database)}`.execute(own.db);
  return database;
}

async function applied(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}

async function tables(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') and tablename not like 'kysely%'
    order by 1`.execute(db);
  return rows.map((row) => row.name);
}

test("eight processes that migrate an empty database at once all succeed, and each migration is applied once", async () => {
  const database = await emptyDatabase();
  const results = await Promise.all(Array.from({ length: 8 }, () => migrate(open(database))));
  expect(results.flat().map((result) => result.migrationName)).toEqual(Object.keys(migrations));
  expect(results.flat().every((result) => result.status === "Success")).toBe(true);
  expect(await applied(open(database))).toEqual(Object.keys(migrations));
});

test("a second run applies nothing", async () => {
  const before = await tables(own.db);
  expect(await migrate(own.db)).toEqual([]);
  expect(await tables(own.db)).toEqual(before);
});

test("a failing migration names itself and leaves the schema as it was, the ones before it included", async () => {
  const db = open(await emptyDatabase());
  const broken = {
    ...migrations,
    "8000-good": { up: (trx: Kysely<unknown>) => sql`create table good (id integer)`.execute(trx).then(() => {}) },
    "9000-broken": { up: (trx: Kysely<unknown>) => sql`create table gifts (id integer)`.execute(trx).then(() => {}) },
  };
  await expect(migrate(db, broken)).rejects.toThrow("migration 9000-broken failed; nothing was changed");
  expect(await tables(db)).toEqual([]);
  expect(await isSchemaReady(db)).toBe(false);
  expect((await migrate(db)).map((result) => result.migrationName)).toEqual(Object.keys(migrations));
});

test("migrations are named in the order in which they apply", () => {
  const sorted = Object.keys(migrations).toSorted((a, b) => (a < b ? -1 : 1));
  expect(Object.keys(migrations)).toEqual(sorted);
  expect(newestMigration).toBe(sorted.at(-1));
});

test("a schema is not ready while it is empty, and ready once it is migrated", async () => {
  const db = open(await emptyDatabase());
  expect(await isSchemaReady(db)).toBe(false);
  await migrate(db);
  expect(await isSchemaReady(db)).toBe(true);
});

test("to a previous version of the code a newer schema is ready, and its migrate changes nothing", async () => {
  const db = open(await emptyDatabase());
  await migrate(db, { ...migrations, "9999-later": { up: () => Promise.resolve() } });
  expect(await isSchemaReady(db)).toBe(true);
  expect(await migrate(db)).toEqual([]);
  expect(await applied(db)).toContain("9999-later");
});

test("an error that is not about a missing table is not taken for an old schema", async () => {
  const db = open("no_such_database");
  await expect(isSchemaReady(db)).rejects.toThrow("does not exist");
  await expect(migrate(db)).rejects.toThrow("does not exist");
});
