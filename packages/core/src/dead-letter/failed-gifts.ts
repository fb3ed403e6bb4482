import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { edges } from "../gift/gift.state.ts";

export interface FailedGiftFilter {
  /** Error code, the part of `last_error` before the colon. */
  readonly errorCode?: string | undefined;
  readonly failedAfter?: Date | undefined;
  /** The oldest so many; all when absent. */
  readonly limit?: number | undefined;
}

/** A dead letter is recorded within seconds of its gift's failure. */
const recordingSeconds = 30;

/**
 * Whether a FAILED gift's current send has no dead letter and gets none, as after a permanent error: only a redrive of
 * the gift itself sends it again. One whose dead letter was discarded has one: an operator decided that it isn't sent.
 */
export const hasNoDeadLetter: RawBuilder<boolean> = sql<boolean>`(
  gifts.updated_at <= now() - make_interval(secs => ${recordingSeconds}) and not exists (
    select from dead_letters where gift_id = gifts.id and dead_letters.request_id = gifts.request_id))`;

/**
 * The ids of FAILED gifts without a dead letter, oldest first; not of those that failed a moment ago, whose dead letter
 * may be on its way.
 * @param db the database
 * @param filter all given conditions must hold
 */
export async function listFailedGiftIds(db: Kysely<Database>, filter: FailedGiftFilter): Promise<string[]> {
  const { errorCode, failedAfter, limit } = filter;
  let query = db.selectFrom("gifts").select("id").orderBy("id").where(hasNoDeadLetter);
  query = query.where("status", "=", sql.lit(edges.redrive.from));
  if (errorCode) query = query.where("last_error", "^@", `${errorCode}:`);
  if (failedAfter) query = query.where("updated_at", ">=", failedAfter);
  const rows = await (limit === undefined ? query : query.limit(limit)).execute();
  return rows.map((row) => row.id);
}
