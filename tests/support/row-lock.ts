import { type Database, openDatabase } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import type { TestDatabase } from "./database.ts";

export interface RowLock {
  /** Ends the transaction; whoever waited goes on. */
  release(): Promise<void>;
}

/**
 * Locks one row from a connection of its own, so that an UPDATE of it waits while inserts that refer to it go on.
 * Postgres itself lets go after 10 s (idle_in_transaction_session_timeout).
 */
export async function lockRow(
  connection: TestDatabase["connection"],
  table: "gifts" | "outbox",
  id: string,
): Promise<RowLock> {
  const db = openDatabase({ ...connection, applicationName: "row-lock", maxConnections: 1 });
  const trx = await db.startTransaction().execute();
  await sql`select from ${sql.table(table)} where id = ${id} for no key update`.execute(trx);
  return {
    async release() {
      await trx.rollback().execute();
      await db.destroy();
    },
  };
}

/** Ends every session of a program in this database, its running statement too, and waits until they are gone. */
export async function endSessions(db: Kysely<Database>, applicationName: string): Promise<void> {
  await sql`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and application_name = ${applicationName}`.execute(db);
}
