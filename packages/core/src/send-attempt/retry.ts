import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges } from "../gift/gift.state.ts";
import { type Failure, toStorableFailure } from "../gift/last-error.ts";
import type { Attempt } from "./begin.ts";

/**
 * Records an attempt that failed and will be made again. The gift stays QUEUED and shows the error;
 * an attempt keeps its first outcome.
 * @param db the database
 * @param attempt the attempt that failed
 * @param failure why
 */
export async function recordRetry(db: Kysely<Database>, attempt: Attempt, failure: Failure): Promise<void> {
  const { code, message, lastError } = toStorableFailure(failure);
  // `exists` runs the gift's update first, as the other outcomes do: the other way round two of them could deadlock.
  await sql`
    with gift as (
      update gifts set last_error = ${lastError}, updated_at = now()
      where id = ${attempt.giftId} and status = ${edges.markFailed.from} and request_id = ${attempt.requestId}
      returning id
    ), attempt as (
      update send_attempts
      set finished_at = now(), outcome = 'RETRY', error_code = ${code}, error_message = ${message}
      where id = ${attempt.id} and outcome is null
    )
    select exists (select from gift)`.execute(db);
}
