import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges } from "../gift/gift.state.ts";
import { type Failure, toLastError } from "../gift/last-error.ts";
import type { Attempt } from "./begin.ts";

/**
 * Records an attempt that failed and will be made again. The gift stays QUEUED and shows the error.
 * @param db the database
 * @param attempt the attempt that failed
 * @param failure why
 */
export async function recordRetry(db: Kysely<Database>, attempt: Attempt, failure: Failure): Promise<void> {
  await sql`
    with gift as (
      update gifts set last_error = ${toLastError(failure)}, updated_at = now()
      where id = ${attempt.giftId} and status = ${edges.markFailed.from} and request_id = ${attempt.requestId}
    )
    update send_attempts
    set finished_at = now(), outcome = 'RETRY', error_code = ${failure.code}, error_message = ${failure.message}
    where id = ${attempt.id}`.execute(db);
}
