import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * Closes a dead letter without sending it again. Its gift stays as it is.
 * @param db the database
 * @param letter the dead letter's id, and who does it
 * @returns false when it was not OPEN, or doesn't exist
 */
export async function discardDeadLetter(
  db: Kysely<Database>,
  letter: { id: string; operator: string },
): Promise<boolean> {
  const row = await db
    .updateTable("dead_letters")
    .set({ state: "DISCARDED", resolved_by: letter.operator, resolved_at: sql<Date>`now()` })
    .where("id", "=", letter.id)
    .where("state", "=", "OPEN")
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}
