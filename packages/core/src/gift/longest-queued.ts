import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges } from "./gift.state.ts";

/** Looking up the requests of so many takes 4 ms. */
const mostLookedUp = 1_000;

/**
 * How long ago the send of the longest waiting QUEUED gift was accepted, in seconds; null when none is QUEUED. Of more
 * than a thousand, those created first are looked at. SQS tells the age of its oldest message to CloudWatch only, and
 * doesn't know of what still waits in the outbox.
 * @param db the database
 */
export async function longestQueuedSeconds(db: Kysely<Database>): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from now() - min(send_requests.created_at))::float as seconds
    from (
      select id, request_id from gifts where status = ${sql.lit(edges.requestSend.to)}
      order by id limit ${sql.lit(mostLookedUp)}
    ) as queued
    join send_requests on send_requests.gift_id = queued.id and send_requests.request_id = queued.request_id`.execute(
    db,
  );
  return rows[0]?.seconds ?? null;
}
