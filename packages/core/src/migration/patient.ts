import { setTimeout as pause } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { type Migration, type MigrationResultSet, Migrator } from "kysely/migration";
import { DatabaseError } from "pg";
import type { Database } from "../database/database.ts";

/**
 * Whoever waits for an ACCESS EXCLUSIVE lock makes everybody wait who comes after it, readers too: this is how long one
 * long transaction can make a migration hold up requests, below what their clients notice as an outage.
 */
const lockTimeoutMilliseconds = 500;

/**
 * An autovacuum that stands in the way is canceled by Postgres, but only for one who waits longer than
 * `deadlock_timeout` (1 s here and on RDS). Some attempts do: one wait of a second, instead of half a second again and
 * again until it has ended.
 */
const autovacuumTimeoutMilliseconds = 1_300;

/** For so long, all in all, others may stand in the way: with the pauses some ten minutes. */
const mostAttempts = 400;

/** What queued up behind an attempt is served before the next. */
const pauseMilliseconds = 1_000;

/**
 * Migrates, and starts over when a lock wasn't to be had in time: nothing was changed then.
 * @returns what the attempt that got through says, or the last one
 */
export async function migratePatiently(
  db: Kysely<Database>,
  pending: Readonly<Record<string, Migration>>,
): Promise<MigrationResultSet> {
  for (let attempt = 1; ; attempt += 1) {
    const migrations = hasty(pending, attempt % 10 === 3 ? autovacuumTimeoutMilliseconds : lockTimeoutMilliseconds);
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
    const outcome = await migrator.migrateToLatest();
    if (!isInTheWay(outcome.error) || attempt === mostAttempts) return outcome;
    await pause(pauseMilliseconds);
  }
}

/** The same migrations, none of which waits longer for a lock; also those after it in the same transaction don't. */
function hasty(migrations: Readonly<Record<string, Migration>>, milliseconds: number): Record<string, Migration> {
  const entries = Object.entries(migrations).map(([name, { up }]): [string, Migration] => [
    name,
    {
      async up(trx) {
        await sql`select set_config('lock_timeout', ${`${milliseconds}ms`}, true)`.execute(trx);
        await up(trx);
      },
    },
  ]);
  return Object.fromEntries(entries);
}

/** A lock that wasn't to be had in time, or a deadlock; a statement that took too long would take as long again. */
function isInTheWay(err: unknown): boolean {
  return err instanceof DatabaseError && (err.code === "55P03" || err.code === "40P01");
}
