import {
  changeOneByOne,
  type DeadLetterBatch,
  type DeadLetterResult,
  usualRatePerSecond,
} from "@gift/core/dead-letter/one-by-one";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import type { Dependencies } from "../dependencies.ts";
import type { ShownResult } from "../view/outcome.ts";

/**
 * Redrives or discards dead letters one by one. Once one fails unexpectedly the rest isn't tried, and the results say
 * how far it came.
 */
export async function changeDeadLetters(
  { db, log }: Pick<Dependencies, "db" | "log">,
  change: Pick<DeadLetterBatch, "ids" | "action" | "operator">,
): Promise<ShownResult[]> {
  const results: DeadLetterResult[] = [];
  const onResult = (result: DeadLetterResult) => {
    results.push(result);
    audit(log, change.operator, result);
  };
  try {
    await changeOneByOne(db, { ...change, ratePerSecond: usualRatePerSecond, isDryRun: false, onResult });
  } catch (err) {
    log("http.failed", { dead_letter_id: change.ids[results.length], ...errorFields(err) });
  }
  const rest = change.ids.slice(results.length);
  return [...results, ...rest.map((id) => ({ id, outcome: "not_reached" }) as const)];
}

/** The database has it in `resolved_by`; a line for whoever watches the log. */
function audit(log: Log, operator: string, { id, outcome, requestId }: DeadLetterResult): void {
  const fields = { operator, dead_letter_id: id, ...(requestId !== undefined && { request_id: requestId }) };
  if (outcome === "redriven") log("dead_letter.redriven", fields);
  if (outcome === "discarded") log("dead_letter.discarded", fields);
}
