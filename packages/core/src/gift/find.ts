import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { GiftNotFoundError } from "./gift.errors.ts";
import type { GiftStatus } from "./gift.state.ts";
import { toGift } from "./gift.table.ts";
import type { Gift } from "./gift.ts";
import { isOwnedBy, type Owner } from "./owner.ts";

/**
 * One gift by its id.
 * @param owner whose it must be
 * @throws GiftNotFoundError for another's too
 */
export async function findGift(db: Kysely<Database>, id: string, owner: Owner): Promise<Gift> {
  const row = await db.selectFrom("gifts").selectAll().where("id", "=", id).where(isOwnedBy(owner)).executeTakeFirst();
  if (!row) throw new GiftNotFoundError();
  return toGift(row);
}

/**
 * The newest gifts first, or the oldest.
 * @param filter status, or undefined for all; `limit` rows at most
 */
export async function listGifts(
  db: Kysely<Database>,
  filter: { status?: GiftStatus | undefined; isOldestFirst?: boolean; limit: number },
): Promise<Gift[]> {
  const order = filter.isOldestFirst === true ? "asc" : "desc";
  const all = db.selectFrom("gifts").selectAll().orderBy("id", order).limit(filter.limit);
  const rows = await (filter.status ? all.where("status", "=", sql.lit(filter.status)) : all).execute();
  return rows.map(toGift);
}
