import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";

/**
 * Whether Postgres answers. A connection to a host that vanished hangs instead of failing, hence the limit; the query
 * left behind ends by the pool's own timeouts.
 * @param timeoutMilliseconds how long an answer may take
 */
export async function isDatabaseReady(db: Kysely<Database>, timeoutMilliseconds = 2_000): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(timeoutMilliseconds, false, { signal: timer.signal });
  const answer = sql`select 1`.execute(db).then(() => true);
  try {
    return await Promise.race([answer, late]);
  } catch {
    return false;
  } finally {
    timer.abort();
  }
}
