import { openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { sql } from "kysely";
import { StackError } from "../command/usage-error.ts";
import type { DatabaseLink } from "../database-link.ts";

/** Makes the link's database on an embedded server, if it's the first run. */
export async function createDatabase(link: DatabaseLink): Promise<void> {
  const db = open({ ...link, database: "postgres" });
  try {
    const found = await sql`select from pg_database where datname = ${link.database}`.execute(db);
    if (found.rows.length === 0) await sql`create database ${sql.id(link.database)}`.execute(db);
  } finally {
    await db.destroy();
  }
}

/**
 * Brings the link's database up to date.
 * @returns names of the migrations that were applied
 * @throws StackError when it can't be reached or a migration fails
 */
export async function migrateDatabase(link: DatabaseLink): Promise<readonly string[]> {
  const db = open(link);
  try {
    await sql`select 1`.execute(db);
  } catch (err) {
    await db.destroy();
    const where = `${link.host}:${link.port}/${link.database}`;
    throw new StackError(`Postgres at ${where} can't be used (${reason(err)}): correct DATABASE_URL, or unset it.`);
  }
  try {
    return (await migrate(db)).map((result) => result.migrationName);
  } catch (err) {
    throw new StackError(`The migrations failed (${reason(err)}): mend them, or start over with --fresh.`);
  } finally {
    await db.destroy();
  }
}

function open(link: DatabaseLink) {
  const { host, port, database, username: user, password } = link;
  return openDatabase({ host, port, database, user, password, maxConnections: 1, applicationName: "gift local" });
}

function reason(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  const code = "code" in err ? String(err.code) : "";
  return [err.message || code, ...(err.cause === undefined ? [] : [reason(err.cause)])].join(": ");
}
