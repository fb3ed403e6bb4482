import type { Database } from "@gift/core/database/database";
import type { SendAttemptTable } from "@gift/core/send-attempt/send-attempt.table";
import type { Kysely, Selectable } from "kysely";

/** A gift's attempts over all its send requests, oldest first. */
export async function listAttempts(db: Kysely<Database>, giftId: string): Promise<Selectable<SendAttemptTable>[]> {
  return await db.selectFrom("send_attempts").selectAll().where("gift_id", "=", giftId).orderBy("id").execute();
}
