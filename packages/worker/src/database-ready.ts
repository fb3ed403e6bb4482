import type { Database } from "@gift/core/database/database";
import { isDatabaseAtFault } from "@gift/core/database/unavailable";
import { tryToWriteAttempt } from "@gift/core/send-attempt/try-write";
import { resolvesWithin } from "@gift/queue/deadline";
import { type Kysely, sql } from "kysely";

/**
 * Whether Postgres answers, and has room for an attempt. A connection to a host that vanished hangs instead of failing,
 * hence the limit; the query left behind ends by the pool's own timeouts.
 * @param timeoutMilliseconds how long an answer may take
 */
export async function isDatabaseReady(db: Kysely<Database>, timeoutMilliseconds = 2_000): Promise<boolean> {
  try {
    return await resolvesWithin(timeoutMilliseconds, ask(db));
  } catch {
    return false;
  }
}

async function ask(db: Kysely<Database>): Promise<void> {
  await sql`select 1`.execute(db);
  try {
    await tryToWriteAttempt(db);
  } catch (err) {
    // Whatever else may be wrong with that write is for a message to find out, or nothing would ever be tried again.
    if (isDatabaseAtFault(err)) throw err;
  }
}
