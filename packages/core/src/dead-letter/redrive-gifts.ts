import type { Kysely } from "kysely";
import type { Database } from "../database/database.ts";
import { type Batch, oneByOne } from "../database/one-by-one.ts";
import { findGift } from "../gift/find.ts";
import { GiftNotFoundError } from "../gift/gift.errors.ts";
import type { GiftStatus } from "../gift/gift.state.ts";
import { type GiftRedrive, redriveGift } from "./redrive.ts";

/** What became of one gift. */
export type GiftRedriveResult = { readonly id: string } & (
  | { readonly outcome: "not_found" }
  | { readonly outcome: "not_failed"; readonly status: GiftStatus }
  /** The request of a dry run never exists. */
  | ({ readonly outcome: "redriven" } & Pick<GiftRedrive, "deadLetterIds"> & Partial<GiftRedrive>)
);

export interface GiftBatch extends Batch<GiftRedriveResult> {
  /** Who does it, for the audit. */
  readonly operator: string;
}

/**
 * Redrives FAILED gifts one by one, each in a transaction of its own. Repeating it is harmless.
 * @param db the database
 * @returns one result per id, in their order
 */
export async function redriveGifts(db: Kysely<Database>, batch: GiftBatch): Promise<GiftRedriveResult[]> {
  const { operator, isDryRun } = batch;
  return await oneByOne<GiftRedriveResult>(db, batch, async (trx, id) => {
    try {
      const redriven = await redriveGift(trx, { giftId: id, operator });
      if (!redriven) return { id, outcome: "not_failed", status: (await findGift(trx, id, "anybody")).status };
      const { deadLetterIds } = redriven;
      return { id, outcome: "redriven", ...(isDryRun ? { deadLetterIds } : redriven) };
    } catch (err) {
      if (err instanceof GiftNotFoundError) return { id, outcome: "not_found" };
      throw err;
    }
  });
}
