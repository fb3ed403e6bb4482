import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { OutboxMessage } from "./outbox.table.ts";

/**
 * Takes due messages for this process: nobody else claims them until the lease ends. Outside a transaction, so that
 * no lock and no snapshot is held while SQS is called. `materialized`: as a plain subquery the limited select may be
 * planned as the inner side of a loop, run once per row, and claim more than its limit.
 * @param db the database
 * @param options most rows, and how long they are ours in seconds
 * @returns the longest due, oldest first
 */
export async function claimFromOutbox(
  db: Kysely<Database>,
  options: { limit: number; leaseSeconds: number },
): Promise<(OutboxMessage & { readonly attempts: number })[]> {
  const { rows } = await sql<OutboxMessage & { attempts: number }>`
    with due as materialized (
      select id from outbox where available_at <= now()
      order by available_at, id limit ${options.limit} for update skip locked
    ), claimed as (
      update outbox
      set available_at = now() + make_interval(secs => ${options.leaseSeconds}), attempts = attempts + 1
      from due where outbox.id = due.id
      returning outbox.*
    )
    select id::text, destination, body, attributes, attempts from claimed order by claimed.id`.execute(db);
  return rows;
}
