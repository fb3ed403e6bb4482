import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";

export interface AcceptedInSecond {
  /** Unix time, of the database's clock. */
  readonly second: number;
  readonly count: number;
}

/**
 * How many send requests were accepted, redrives included, in each of the last seconds; a second without any has no
 * row. The table has no index by time, and each accepted send would pay for one: rows are only ever added, so the
 * newest are in its last pages, which Postgres can read alone.
 * @param db the database
 * @param window how many seconds back, and the 8 KiB pages (about 30 requests each) in which they are looked for
 */
export async function acceptedPerSecond(
  db: Kysely<Database>,
  window: { seconds: number; pages: number },
): Promise<AcceptedInSecond[]> {
  const { rows } = await sql<AcceptedInSecond>`
    select floor(extract(epoch from created_at))::float as second, count(*)::int as count
    from send_requests
    where ctid >= (
        select format('(%s,0)', greatest(0, pg_relation_size('send_requests')
          / current_setting('block_size')::int - ${window.pages}::int))::tid
      )
      and created_at >= now() - make_interval(secs => ${window.seconds})
    group by 1 order by 1`.execute(db);
  return rows;
}
