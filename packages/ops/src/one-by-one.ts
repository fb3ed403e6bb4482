import { done, type ExitCode, failed } from "./exit-code.ts";
import { type Cell, print, renderRows } from "./output.ts";
import { startProgress } from "./progress.ts";

export interface ReportedBatch<Result> {
  readonly ids: readonly string[];
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  /** The outcome of one with which it was done. */
  readonly doneOutcome: string;
  /** What is said when there are no ids. */
  readonly none: string;
  /** Those of a result's document that people see. */
  readonly columns: readonly string[];
  toDocument(result: Result): Readonly<Record<string, Cell>>;
  /** Changes one after the other, and tells of each as soon as it is committed. */
  change(onResult: (result: Result) => void): Promise<unknown>;
}

/**
 * Runs a batch and prints what became of each, also when the database goes away in the middle.
 * @returns done when every one was changed and there was at least one
 */
export async function reportOneByOne<Result extends { readonly outcome: string }>(
  batch: ReportedBatch<Result>,
): Promise<ExitCode> {
  const results: Result[] = [];
  const progress = startProgress(batch.ids.length);
  try {
    await batch.change((result) => {
      results.push(result);
      progress.increment();
    });
  } finally {
    progress.stop();
    report(batch, results);
  }
  return results.length > 0 && results.every(({ outcome }) => outcome === batch.doneOutcome) ? done : failed;
}

function report<Result extends { readonly outcome: string }>(
  { ids, isDryRun, isJson, doneOutcome, none, columns, toDocument }: ReportedBatch<Result>,
  results: readonly Result[],
): void {
  const count = results.filter(({ outcome }) => outcome === doneOutcome).length;
  const documents = results.map(toDocument);
  const document = { dry_run: isDryRun, selected: ids.length, [doneOutcome]: count, results: documents };
  print(isJson, document, () => {
    if (ids.length === 0) return none;
    const summary = isDryRun
      ? `${count} of ${ids.length} would be ${doneOutcome}; nothing was changed`
      : `${count} of ${ids.length} ${doneOutcome}`;
    const rows = documents.map((fields) => columns.map((column) => fields[column]));
    return `${renderRows(columns, rows)}\n${summary}`;
  });
}
