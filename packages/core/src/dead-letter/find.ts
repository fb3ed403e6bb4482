import type { Kysely, Selectable } from "kysely";
import type { Database } from "../database/database.ts";
import { DeadLetterNotFoundError } from "./dead-letter.errors.ts";
import type { DeadLetterState, DeadLetterTable } from "./dead-letter.table.ts";

export type DeadLetter = Readonly<Selectable<DeadLetterTable>>;

export interface DeadLetterFilter {
  readonly state?: DeadLetterState;
  readonly giftId?: string;
  /** Error code, the part of `error` before the colon. */
  readonly errorCode?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  readonly limit: number;
}

/**
 * One dead letter.
 * @throws DeadLetterNotFoundError
 */
export async function findDeadLetter(db: Kysely<Database>, id: string): Promise<DeadLetter> {
  const row = await db.selectFrom("dead_letters").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new DeadLetterNotFoundError(id);
  return row;
}

/**
 * Dead letters, oldest first.
 * @param filter all given conditions must hold
 */
export async function listDeadLetters(db: Kysely<Database>, filter: DeadLetterFilter): Promise<DeadLetter[]> {
  let query = db.selectFrom("dead_letters").selectAll().orderBy("id").limit(filter.limit);
  if (filter.state) query = query.where("state", "=", filter.state);
  if (filter.giftId) query = query.where("gift_id", "=", filter.giftId);
  if (filter.errorCode) query = query.where("error", "^@", `${filter.errorCode}:`);
  if (filter.createdAfter) query = query.where("created_at", ">=", filter.createdAfter);
  if (filter.createdBefore) query = query.where("created_at", "<", filter.createdBefore);
  return await query.execute();
}
