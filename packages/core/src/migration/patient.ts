import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { Migration, MigrationResultSet, Migrator } from "kysely/migration";
import { DatabaseError } from "pg";

/**
 * Whoever waits for an ACCESS EXCLUSIVE lock makes everybody wait who comes after it, readers too: this is how long one
 * long transaction can make a migration hold up requests, below what their clients notice as an outage.
 */
const lockTimeoutMilliseconds = 500;

/** For so long, all in all, others may stand in the way: with the pauses some ten minutes. */
const mostAttempts = 400;

/** What queued up behind an attempt is served before the next. */
const pauseMilliseconds = 1_000;

/** The same migrations, none of which waits long for a lock; also those after it in the same transaction don't. */
export function hasty(migrations: Readonly<Record<string, Migration>>): Record<string, Migration> {
  const entries = Object.entries(migrations).map(([name, { up }]): [string, Migration] => [
    name,
    {
      async up(trx) {
        await sql`select set_config('lock_timeout', ${`${lockTimeoutMilliseconds}ms`}, true)`.execute(trx);
        await up(trx);
      },
    },
  ]);
  return Object.fromEntries(entries);
}

/**
 * Migrates, and starts over when a lock wasn't to be had in time: nothing was changed then.
 * @returns what the attempt that got through says, or the last one
 */
export async function migratePatiently(migrator: Migrator): Promise<MigrationResultSet> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await migrator.migrateToLatest();
    if (!isInTheWay(outcome.error) || attempt === mostAttempts) return outcome;
    await pause(pauseMilliseconds);
  }
}

/** A lock that wasn't to be had in time, or a deadlock; a statement that took too long would take as long again. */
function isInTheWay(err: unknown): boolean {
  return err instanceof DatabaseError && (err.code === "55P03" || err.code === "40P01");
}
