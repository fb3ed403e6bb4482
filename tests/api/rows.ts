import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";

/** Everything that a send may write, as it is now. */
export async function rowsOf(db: Kysely<Database>, giftId: string) {
  const gift = await db.selectFrom("gifts").selectAll().where("id", "=", giftId).executeTakeFirstOrThrow();
  const requests = await db.selectFrom("send_requests").selectAll().where("gift_id", "=", giftId).execute();
  const outbox = await db.selectFrom("outbox").selectAll().where("body", "like", `%${giftId}%`).execute();
  return { gift, requests, outbox };
}

/** Moves a QUEUED gift on, as the worker would, without a worker. */
export async function moveTo(
  db: Kysely<Database>,
  giftId: string,
  status: "QUEUED" | "SENT" | "FAILED",
): Promise<void> {
  const lastError = status === "FAILED" ? "PROVIDER_REFUSED: no such account" : null;
  await sql`update gifts set status = ${status}, last_error = ${lastError} where id = ${giftId}`.execute(db);
}
