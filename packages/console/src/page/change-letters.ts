import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { DeadLetterNotFoundError } from "@gift/core/dead-letter/dead-letter.errors";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Transaction } from "kysely";
import type { Dependencies } from "../dependencies.ts";
import type { LetterResult } from "../view/outcome.ts";

export interface LetterChange {
  readonly ids: readonly string[];
  readonly by: string;
  change(trx: Transaction<Database>, id: string): Promise<Omit<LetterResult, "id">>;
}

/** As `bun run ops` paces them: a provider that has just come back gets no flood. */
const perSecond = 50;

/**
 * Changes dead letters one by one, each in a transaction of its own. Once one fails unexpectedly the rest isn't tried, and
 * the results say how far it came.
 */
export async function changeLetters(
  { db, log }: Pick<Dependencies, "db" | "log">,
  { ids, by, change }: LetterChange,
): Promise<LetterResult[]> {
  const results: LetterResult[] = [];
  const startedAt = performance.now();
  for (const [index, id] of ids.entries()) {
    await pause(Math.max(0, startedAt + (index * 1_000) / perSecond - performance.now()));
    const result = await changeOne(db, id, change).catch((err: unknown) => {
      log("http.failed", { dead_letter_id: id, ...errorFields(err) });
    });
    if (!result)
      return [...results, ...ids.slice(index).map((left) => ({ id: left, outcome: "not reached" }) as const)];
    results.push({ id, ...result });
    const request = result.requestId !== undefined && { request_id: result.requestId };
    log("console.changed", { what: result.outcome, by, dead_letter_id: id, ...request });
  }
  return results;
}

async function changeOne(
  db: Dependencies["db"],
  id: string,
  change: LetterChange["change"],
): Promise<Omit<LetterResult, "id">> {
  try {
    return await db.transaction().execute((trx) => change(trx, id));
  } catch (err) {
    if (err instanceof DeadLetterNotFoundError) return { outcome: "not found" };
    throw err;
  }
}
