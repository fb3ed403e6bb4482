import type { Kysely } from "kysely";
import type { Database } from "../database/database.ts";
import { toGift } from "../gift/gift.table.ts";
import type { Gift } from "../gift/gift.ts";

/**
 * The gifts that were sent under a request id, newest first: clients choose their keys per gift, so several may share
 * one. The primary key begins with the gift, so this reads the table: for an operator's question, not for a request.
 * @param db the database
 * @param find the request id, exactly, and how many gifts at most
 */
export async function findGiftsByRequest(
  db: Kysely<Database>,
  find: { requestId: string; limit: number },
): Promise<Gift[]> {
  const rows = await db
    .selectFrom("gifts")
    .selectAll()
    .where("id", "in", (query) =>
      query.selectFrom("send_requests").select("gift_id").where("request_id", "=", find.requestId),
    )
    .orderBy("id", "desc")
    .limit(find.limit)
    .execute();
  return rows.map(toGift);
}
