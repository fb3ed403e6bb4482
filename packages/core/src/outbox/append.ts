import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * Commits a message with the change that causes it. A sweep publishes it; nothing else needs to be told.
 * @param trx the transaction of that change
 * @param message the fleet's queue name, body and SQS attributes, and how long it must not be published yet, in seconds
 */
export async function appendToOutbox(
  trx: Transaction<Database>,
  message: {
    destination: string;
    body: string;
    attributes?: Readonly<Record<string, string>>;
    delaySeconds?: number;
  },
): Promise<void> {
  const dueAt = sql`now() + make_interval(secs => ${message.delaySeconds ?? 0})`;
  // A message's age is counted from when it is due: one that waits on purpose is no backlog, and no alert.
  await sql`
    insert into outbox (destination, body, attributes, available_at, created_at)
    values (
      ${message.destination}, ${message.body}, ${JSON.stringify(message.attributes ?? {})}::jsonb, ${dueAt}, ${dueAt}
    )`.execute(trx);
}
