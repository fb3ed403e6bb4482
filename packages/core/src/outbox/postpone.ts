import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * Puts messages that SQS didn't accept off for a while: 1, 2, 4, 8, then 10 s, short enough that a backlog drains
 * by itself soon after SQS is back.
 * @param db the database
 * @param ids outbox ids
 * @param error what SQS said, kept for `ops outbox status`
 */
export async function postponeInOutbox(db: Kysely<Database>, ids: readonly string[], error: string): Promise<void> {
  await sql`
    update outbox
    set available_at = now() + make_interval(secs => least(10, power(2, least(attempts, 10) - 1))), last_error = ${error}
    where id = any(${ids}::bigint[])`.execute(db);
}
