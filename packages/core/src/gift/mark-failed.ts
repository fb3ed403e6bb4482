import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { Attempt } from "../send-attempt/begin.ts";
import { edges } from "./gift.state.ts";
import { type Failure, toStorableFailure } from "./last-error.ts";

/**
 * QUEUED → FAILED after the last attempt or a permanent error, and the attempt's outcome with it: one statement. An
 * attempt keeps its first outcome.
 * @param db the database
 * @param attempt the attempt that failed
 * @param failure why
 * @returns false when the gift had left QUEUED, or this request, already
 */
export async function markFailed(db: Kysely<Database>, attempt: Attempt, failure: Failure): Promise<boolean> {
  const { from, to } = edges.markFailed;
  const { code, message, lastError } = toStorableFailure(failure);
  const { rows } = await sql<{ is_moved: boolean }>`
    with gift as (
      update gifts set status = ${to}, last_error = ${lastError}, updated_at = now()
      where id = ${attempt.giftId} and status = ${from} and request_id = ${attempt.requestId}
      returning id
    ), attempt as (
      update send_attempts
      set finished_at = now(), outcome = 'FAILED', error_code = ${code}, error_message = ${message}
      where id = ${attempt.id} and outcome is null
    )
    select exists (select from gift) as is_moved`.execute(db);
  return rows[0]?.is_moved ?? false;
}
