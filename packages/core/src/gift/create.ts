import { type Kysely, type Selectable, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { createStatementBatch } from "../database/statement-batch.ts";
import { type GiftTable, toGift } from "./gift.table.ts";
import type { Gift } from "./gift.ts";

export interface NewGift {
  /** From 1 to `maxAmount`. */
  readonly amount: number;
  /** One that passes `isGiftMessage`, or null. */
  readonly message: string | null;
  /** Whose it is, or nobody's. */
  readonly clientId?: string | null;
}

/**
 * Stores a new gift in CREATED; Postgres gives it its id and its code.
 * @param db the database or a transaction
 */
export async function createGift(db: Kysely<Database>, gift: NewGift): Promise<Gift> {
  const [created] = await createGifts(db, [gift]);
  if (!created) throw new Error("Postgres stored a gift and returned none");
  return created;
}

/**
 * Stores new gifts with one statement: all or none.
 * @returns the gifts, in the order given
 */
export async function createGifts(db: Kysely<Database>, gifts: readonly NewGift[]): Promise<Gift[]> {
  // Ids are made before the insert: what it returns has no order of its own, and nothing else to be known by.
  const { rows } = await sql<Selectable<GiftTable>>`
    with input as materialized (
      select position, uuidv7() as id, amount, message, client_id
      from unnest(
        ${gifts.map(({ amount }) => amount)}::integer[],
        ${gifts.map(({ message }) => message)}::text[],
        ${gifts.map(({ clientId = null }) => clientId)}::text[]
      ) with ordinality as given (amount, message, client_id, position)
    ), created as (
      insert into gifts (id, amount, message, client_id) select id, amount, message, client_id from input
      returning *
    )
    select created.* from created join input using (id) order by position`.execute(db);
  return rows.map(toGift);
}

/** Creates the batched `createGift`: what arrives while a statement is in flight is stored together by the next. */
export function createGiftBatch(db: Kysely<Database>): (gift: NewGift) => Promise<Gift> {
  return createStatementBatch<NewGift, Gift>({
    together: async (gifts) => (await createGifts(db, gifts)).map((value) => ({ value })),
    alone: (gift) => createGift(db, gift),
  });
}
