import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { OutboxMessage } from "./outbox.table.ts";

/**
 * Takes due messages for this process: nobody else claims them until the lease ends. Outside a transaction, so that
 * no lock and no snapshot is held while SQS is called.
 * @param db the database
 * @param options most rows, and how long they are ours in seconds
 */
export async function claimFromOutbox(
  db: Kysely<Database>,
  options: { limit: number; leaseSeconds: number },
): Promise<(OutboxMessage & { readonly attempts: number })[]> {
  const { rows } = await sql<OutboxMessage & { attempts: number }>`
    update outbox
    set available_at = now() + make_interval(secs => ${options.leaseSeconds}), attempts = attempts + 1
    where id in (
      select id from outbox where available_at <= now()
      order by available_at, id limit ${options.limit} for update skip locked
    )
    returning id::text, destination, body, attributes, attempts`.execute(db);
  return rows;
}
