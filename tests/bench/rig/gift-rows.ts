import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import type { OneRowWork } from "./one-row-load.ts";

/** Ids of the bench's gifts are numbers in the form of a UUID, so that pgbench can name the same ones as our code. */
const idPrefix = "00000000-0000-7000-8000-";

/** @param number up to 2⁴⁸ */
export function giftIdOf(number: number): string {
  return idPrefix + number.toString(16).padStart(12, "0");
}

/** The idempotency key of every send: keys count per gift. */
export const sendKey = "bench";

/** The same in SQL. Postgres inlines it: about 1 µs per call. */
export async function defineGiftIds(db: Kysely<Database>): Promise<void> {
  await sql`create function bench_gift_id(number bigint) returns uuid language sql immutable parallel safe
    return (${sql.lit(idPrefix)} || lpad(to_hex(number), 12, '0'))::uuid`.execute(db);
}

/** Consecutive gifts, by number. */
export interface GiftRange {
  readonly first: number;
  readonly count: number;
}

/** Gifts in CREATED. */
export async function layOutCreated(db: Kysely<Database>, { first, count }: GiftRange): Promise<void> {
  await sql`insert into gifts (id, amount) select bench_gift_id(number), 100
    from generate_series(${first}::bigint, ${first + count - 1}::bigint) number`.execute(db);
}

/** Gifts in QUEUED with their send requests. */
export async function layOutQueued(db: Kysely<Database>, { first, count }: GiftRange): Promise<void> {
  const last = first + count - 1;
  await sql`insert into gifts (id, amount, status, request_id) select bench_gift_id(number), 100, 'QUEUED', ${sendKey}
    from generate_series(${first}::bigint, ${last}::bigint) number`.execute(db);
  await sql`insert into send_requests (gift_id, request_id, response_body) select bench_gift_id(number), ${sendKey}, '{}'
    from generate_series(${first}::bigint, ${last}::bigint) number`.execute(db);
}

/** A running first attempt of each; its id is the gift's number. */
export async function layOutAttempts(db: Kysely<Database>, { first, count }: GiftRange): Promise<void> {
  await sql`insert into send_attempts (id, gift_id, request_id, number, receive_count) overriding system value
    select number, bench_gift_id(number), ${sendKey}, 1, 1
    from generate_series(${first}::bigint, ${first + count - 1}::bigint) number`.execute(db);
}

/** Gifts in the state from which a write takes them, with what it needs of other tables. */
export async function layOutFor(work: OneRowWork, db: Kysely<Database>, range: GiftRange): Promise<void> {
  if (work === "send") await layOutCreated(db, range);
  if (work !== "sent") return;
  await layOutQueued(db, range);
  await layOutAttempts(db, range);
}

/** How many gifts of a range have left a state. */
export async function countGone(db: Kysely<Database>, { first, count }: GiftRange, from: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from gifts
    where id between ${giftIdOf(first)} and ${giftIdOf(first + count - 1)} and status <> ${from}`.execute(db);
  return rows[0]?.count ?? 0;
}
