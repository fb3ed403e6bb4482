import { type Kysely, sql } from "kysely";
import { DatabaseError } from "pg";
import type { Database } from "../database/database.ts";
import { newestMigration } from "./migrations.ts";

const undefinedTable = "42P01";
const undefinedColumn = "42703";

/**
 * Whether the schema is at least as new as this code needs. A newer one is fine: migrations keep the previous
 * version of the code working.
 * @param db the database
 * @param needed name of the newest migration that this code needs
 */
export async function isSchemaReady(db: Kysely<Database>, needed: string = newestMigration): Promise<boolean> {
  try {
    const { rows } = await sql<{ newest: string | null }>`select max(name) as newest from kysely_migration`.execute(db);
    return (rows[0]?.newest ?? "") >= needed;
  } catch (err) {
    if (err instanceof DatabaseError && err.code === undefinedTable) return false;
    throw err;
  }
}

/**
 * Whether a statement failed because a table or a column isn't there: it is wrong, or came before its migration.
 * @param err anything thrown by a query
 */
export function isSchemaMissing(err: unknown): boolean {
  return err instanceof DatabaseError && (err.code === undefinedTable || err.code === undefinedColumn);
}
