import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { DeadLetterNotFoundError } from "@gift/core/dead-letter/dead-letter.errors";
import type { Kysely, Transaction } from "kysely";
import { done, type ExitCode, failed } from "../../exit-code.ts";
import { inTransaction } from "../../in-transaction.ts";
import { print, renderRows } from "../../output.ts";
import { startProgress } from "../../progress.ts";

export interface Result {
  readonly outcome: "redriven" | "discarded" | "resolved_before" | "not_failed" | "not_found";
  readonly request_id?: string;
}

export interface Batch {
  readonly ids: readonly string[];
  readonly verb: "redriven" | "discarded";
  readonly ratePerSecond: number;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  change(trx: Transaction<Database>, id: string): Promise<Result>;
}

/**
 * Changes dead letters one by one, each in a transaction of its own, and prints what became of each, also when the
 * database goes away in the middle.
 * @returns done when every letter was changed and there was at least one
 */
export async function changeOneByOne(db: Kysely<Database>, batch: Batch): Promise<ExitCode> {
  const results: (Result & { dead_letter_id: string })[] = [];
  const progress = startProgress(batch.ids.length);
  const startedAt = performance.now();
  try {
    for (const [index, id] of batch.ids.entries()) {
      const dueAt = startedAt + (index * 1_000) / batch.ratePerSecond;
      if (!batch.isDryRun) await pause(Math.max(0, dueAt - performance.now()));
      results.push({ dead_letter_id: id, ...(await changeOne(db, batch, id)) });
      progress.increment();
    }
  } finally {
    progress.stop();
    report(batch, results);
  }
  return results.length > 0 && results.every((result) => result.outcome === batch.verb) ? done : failed;
}

async function changeOne(db: Kysely<Database>, batch: Batch, id: string): Promise<Result> {
  try {
    const result = await inTransaction(db, batch.isDryRun, (trx) => batch.change(trx, id));
    // A dry run's request never exists.
    return batch.isDryRun ? { outcome: result.outcome } : result;
  } catch (err) {
    if (err instanceof DeadLetterNotFoundError) return { outcome: "not_found" };
    throw err;
  }
}

function report(batch: Batch, results: readonly (Result & { dead_letter_id: string })[]): void {
  const count = results.filter((result) => result.outcome === batch.verb).length;
  const document = { dry_run: batch.isDryRun, selected: batch.ids.length, [batch.verb]: count, results };
  print(batch.isJson, document, () => {
    if (batch.ids.length === 0) return "no dead letter matches";
    const summary = batch.isDryRun
      ? `${count} of ${batch.ids.length} would be ${batch.verb}; nothing was changed`
      : `${count} of ${batch.ids.length} ${batch.verb}`;
    const rows = results.map((result) => [result.dead_letter_id, result.outcome, result.request_id]);
    return `${renderRows(["dead_letter_id", "outcome", "request_id"], rows)}\n${summary}`;
  });
}
