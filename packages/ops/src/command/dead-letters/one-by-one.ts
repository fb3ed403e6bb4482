import type { Database } from "@gift/core/database/database";
import { deadLetterResultDocument } from "@gift/core/dead-letter/document";
import {
  changeOneByOne,
  type DeadLetterBatch,
  type DeadLetterResult,
  doneOutcomes,
} from "@gift/core/dead-letter/one-by-one";
import type { Kysely } from "kysely";
import { done, type ExitCode, failed } from "../../exit-code.ts";
import { print, renderRows } from "../../output.ts";
import { startProgress } from "../../progress.ts";

export interface ReportedBatch extends Omit<DeadLetterBatch, "onResult"> {
  readonly isJson: boolean;
}

/**
 * Changes dead letters one by one and prints what became of each, also when the database goes away in the middle.
 * @returns done when every dead letter was changed and there was at least one
 */
export async function changeAndReport(db: Kysely<Database>, batch: ReportedBatch): Promise<ExitCode> {
  const results: DeadLetterResult[] = [];
  const progress = startProgress(batch.ids.length);
  const onResult = (result: DeadLetterResult) => {
    results.push(result);
    progress.increment();
  };
  try {
    await changeOneByOne(db, { ...batch, onResult });
  } finally {
    progress.stop();
    report(batch, results);
  }
  return results.length > 0 && results.every((result) => result.outcome === doneOutcomes[batch.action]) ? done : failed;
}

function report(batch: ReportedBatch, results: readonly DeadLetterResult[]): void {
  const verb = doneOutcomes[batch.action];
  const count = results.filter((result) => result.outcome === verb).length;
  const documents = results.map(deadLetterResultDocument);
  const document = { dry_run: batch.isDryRun, selected: batch.ids.length, [verb]: count, results: documents };
  print(batch.isJson, document, () => {
    if (batch.ids.length === 0) return "no dead letter matches";
    const summary = batch.isDryRun
      ? `${count} of ${batch.ids.length} would be ${verb}; nothing was changed`
      : `${count} of ${batch.ids.length} ${verb}`;
    const rows = results.map((result) => [result.id, result.outcome, result.requestId]);
    return `${renderRows(["dead_letter_id", "outcome", "request_id"], rows)}\n${summary}`;
  });
}
