import { setTimeout as pause } from "node:timers/promises";
import type { Kysely, Transaction } from "kysely";
import type { Database } from "./database.ts";
import { inTransaction } from "./in-transaction.ts";

export interface Batch<Result> {
  readonly ids: readonly string[];
  /** So many at most. */
  readonly ratePerSecond: number;
  readonly isDryRun: boolean;
  /** Told of each as soon as it is committed: a database that goes away in the middle doesn't hide what was done. */
  onResult?(result: Result): void;
}

/**
 * Makes the same change to one after the other, each in a transaction of its own.
 * @param db the database
 * @param batch which, and how fast
 * @param change of one, by its id
 * @returns one result per id, in their order
 */
export async function oneByOne<Result>(
  db: Kysely<Database>,
  batch: Batch<Result>,
  change: (trx: Transaction<Database>, id: string) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let dueAt = performance.now();
  for (const id of batch.ids) {
    if (!batch.isDryRun) await pause(Math.max(0, dueAt - performance.now()));
    // What a slow database has held up isn't made up for: that would be the wave that the rate is against.
    dueAt = Math.max(dueAt, performance.now()) + 1_000 / batch.ratePerSecond;
    const result = await inTransaction(db, batch.isDryRun, (trx) => change(trx, id));
    results.push(result);
    batch.onResult?.(result);
  }
  return results;
}
