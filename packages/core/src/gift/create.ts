import type { Kysely } from "kysely";
import type { Database } from "../database/database.ts";
import { toGift } from "./gift.table.ts";
import type { Gift } from "./gift.ts";

/**
 * Stores a new gift in CREATED; Postgres gives it its id and its code.
 * @param db the database or a transaction
 * @param gift amount from 1 to `maxAmount`; a message that passes `isGiftMessage`, or null; whose it is, or nobody's
 */
export async function createGift(
  db: Kysely<Database>,
  { amount, message, clientId = null }: { amount: number; message: string | null; clientId?: string | null },
): Promise<Gift> {
  const values = { amount, message, client_id: clientId };
  return toGift(await db.insertInto("gifts").values(values).returningAll().executeTakeFirstOrThrow());
}
