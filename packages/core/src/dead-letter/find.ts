import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { DeadLetterNotFoundError } from "./dead-letter.errors.ts";
import { toDeadLetter } from "./dead-letter.table.ts";
import type { DeadLetter, DeadLetterState } from "./dead-letter.ts";

export interface DeadLetterFilter {
  readonly state?: DeadLetterState | undefined;
  readonly giftId?: string | undefined;
  /** Error code, the part of `error` before the colon. */
  readonly errorCode?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  /** Only dead letters with a higher id: where the last page ended. */
  readonly afterId?: string | undefined;
  /** The oldest so many; all when absent. */
  readonly limit?: number | undefined;
}

/**
 * One dead letter.
 * @throws DeadLetterNotFoundError
 */
export async function findDeadLetter(db: Kysely<Database>, id: string): Promise<DeadLetter> {
  const row = await db.selectFrom("dead_letters").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new DeadLetterNotFoundError(id);
  return toDeadLetter(row);
}

/**
 * Dead letters, oldest first.
 * @param filter all given conditions must hold
 */
export async function listDeadLetters(db: Kysely<Database>, filter: DeadLetterFilter): Promise<DeadLetter[]> {
  const rows = await matching(db, filter).selectAll().execute();
  return rows.map(toDeadLetter);
}

/**
 * The ids alone, oldest first: enough to redrive or discard a backlog of any size one by one.
 * @param filter all given conditions must hold
 */
export async function listDeadLetterIds(db: Kysely<Database>, filter: DeadLetterFilter): Promise<string[]> {
  const rows = await matching(db, filter).select("id").execute();
  return rows.map((row) => row.id);
}

function matching(db: Kysely<Database>, filter: DeadLetterFilter) {
  let query = db.selectFrom("dead_letters").orderBy("id");
  if (filter.state) query = query.where("state", "=", sql.lit(filter.state));
  if (filter.giftId) query = query.where("gift_id", "=", filter.giftId);
  if (filter.errorCode) query = query.where("error", "^@", `${filter.errorCode}:`);
  if (filter.fingerprint) query = query.where("error_fingerprint", "=", filter.fingerprint);
  if (filter.createdAfter) query = query.where("created_at", ">=", filter.createdAfter);
  if (filter.createdBefore) query = query.where("created_at", "<", filter.createdBefore);
  if (filter.afterId) query = query.where("id", ">", filter.afterId);
  return filter.limit === undefined ? query : query.limit(filter.limit);
}
