import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * Ends a key for good. Tasks that have verified it a moment ago let it pass until their memory of it ends: seconds.
 * @param db the database or a transaction
 * @param key its visible part, and who does it
 * @returns false when it was revoked before, or doesn't exist
 */
export async function revokeApiKey(db: Kysely<Database>, key: { prefix: string; operator: string }): Promise<boolean> {
  const row = await db
    .updateTable("api_keys")
    .set({ revoked_at: sql<Date>`now()`, revoked_by: key.operator })
    .where("prefix", "=", key.prefix)
    .where("revoked_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}
