import { migrate } from "@gift/core/migration/migrate";
import { newestMigration } from "@gift/core/migration/migrations";
import { sql } from "kysely";
import { expect, onTestFinished, test, vi } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { databaseAt } from "./database-at.ts";
import { next } from "./next-version.ts";

const own = useTestDatabase();

const setServer = async (setting: string) => {
  await sql`alter system ${sql.raw(setting)}`.execute(own.db);
  await sql`select pg_reload_conf()`.execute(own.db);
};

test("an autovacuum in its way ends for a migration, instead of holding up one attempt after the other", async () => {
  const { db } = await databaseAt(newestMigration);
  await sql`insert into gifts (id, code, amount, status)
    select uuidv7(), gen_random_uuid(), 1, 'CREATED' from generate_series(1, 5000)`.execute(db);
  // 100 ms for every page: half a minute and more for these.
  await sql`alter table gifts set (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`.execute(db);
  onTestFinished(() => setServer("reset autovacuum_naptime"));
  await setServer("set autovacuum_naptime = 1");
  await sql`update gifts set amount = 2`.execute(db);
  const vacuums = async () =>
    (await sql`select from pg_stat_progress_vacuum where relid = 'gifts'::regclass`.execute(db)).rows.length;
  await vi.waitFor(async () => expect(await vacuums()).toBe(1), { timeout: 30_000, interval: 50 });
  const startedAt = performance.now();
  expect((await migrate(db, next)).map(({ migrationName }) => migrationName)).toEqual(["9000-next"]);
  // Two attempts of half a second, the third of one, and the pauses between them; the vacuum would go on for far
  // longer.
  expect(performance.now() - startedAt).toBeLessThan(15_000);
}, 60_000);
