import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * Forgets messages that SQS has accepted.
 * @param db the database
 * @param ids outbox ids
 */
export async function deleteFromOutbox(db: Kysely<Database>, ids: readonly string[]): Promise<void> {
  await sql`delete from outbox where id = any(${ids}::bigint[])`.execute(db);
}
