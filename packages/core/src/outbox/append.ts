import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";

/**
 * Commits a message with the change that causes it. A sweep publishes it; nothing else needs to be told.
 * @param trx the transaction of that change
 * @param message the fleet's queue name, body and SQS attributes
 */
export async function appendToOutbox(
  trx: Transaction<Database>,
  message: { destination: string; body: string; attributes?: Readonly<Record<string, string>> },
): Promise<void> {
  await sql`
    insert into outbox (destination, body, attributes)
    values (${message.destination}, ${message.body}, ${JSON.stringify(message.attributes ?? {})}::jsonb)`.execute(trx);
}
