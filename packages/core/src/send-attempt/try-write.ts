import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { inTransaction } from "../database/in-transaction.ts";

/** Beyond any attempt's, so that the two never wait for each other. */
const number = 2_000_000_000;

/**
 * Writes what an attempt writes and takes it back. A server whose disk is full, or that has become read-only, answers
 * every read: asked for no more than that it seems well, and each message that is tried on it loses a receive.
 * @param db the database
 * @throws what beginning an attempt would throw; nothing is tried while there has never been one
 */
export async function tryToWriteAttempt(db: Kysely<Database>): Promise<void> {
  await inTransaction(db, true, (trx) =>
    sql`
      insert into send_attempts (gift_id, request_id, number, receive_count, started_at)
      select gift_id, request_id, ${number}::integer, 1, now() from send_attempts limit 1
      on conflict do nothing`.execute(trx),
  );
}
