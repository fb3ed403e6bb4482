import type { Kysely, Selectable } from "kysely";
import type { Database } from "../database/database.ts";
import type { SendAttemptTable } from "./send-attempt.table.ts";

export type SendAttempt = Readonly<Selectable<SendAttemptTable>>;

/**
 * A gift's attempts over all its send requests, oldest first.
 * @param db the database or a transaction
 */
export async function listAttempts(db: Kysely<Database>, giftId: string): Promise<SendAttempt[]> {
  return await db.selectFrom("send_attempts").selectAll().where("gift_id", "=", giftId).orderBy("id").execute();
}
