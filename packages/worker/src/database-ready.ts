import type { Database } from "@gift/core/database/database";
import { resolvesWithin } from "@gift/queue/deadline";
import { type Kysely, sql } from "kysely";

/**
 * Whether Postgres answers. A connection to a host that vanished hangs instead of failing, hence the limit; the query
 * left behind ends by the pool's own timeouts.
 * @param timeoutMilliseconds how long an answer may take
 */
export async function isDatabaseReady(db: Kysely<Database>, timeoutMilliseconds = 2_000): Promise<boolean> {
  try {
    return await resolvesWithin(timeoutMilliseconds, sql`select 1`.execute(db));
  } catch {
    return false;
  }
}
