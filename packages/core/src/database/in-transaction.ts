import type { Kysely, Transaction } from "kysely";
import type { Database } from "./database.ts";

/**
 * Runs one change in a transaction of its own, and for a dry run takes it back: the same code decides, so that what
 * is announced is what would happen.
 * @param db the database
 * @param isDryRun whether to roll back at the end
 * @param work the change
 */
export async function inTransaction<Result>(
  db: Kysely<Database>,
  isDryRun: boolean,
  work: (trx: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  const trx = await db.startTransaction().execute();
  try {
    const result = await work(trx);
    if (!isDryRun) await trx.commit().execute();
    return result;
  } finally {
    if (!trx.isCommitted) await trx.rollback().execute();
  }
}
