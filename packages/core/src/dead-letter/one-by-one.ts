import { setTimeout as pause } from "node:timers/promises";
import type { Kysely, Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { inTransaction } from "../database/in-transaction.ts";
import { DeadLetterNotFoundError } from "./dead-letter.errors.ts";
import { discardDeadLetter } from "./discard.ts";
import { findDeadLetter } from "./find.ts";
import { type RedriveOutcome, redriveDeadLetter } from "./redrive.ts";

/** What may be done with dead letters, and the outcome of one with which it was. */
export const doneOutcomes = { redrive: "redriven", discard: "discarded" } as const;

export type DeadLetterAction = keyof typeof doneOutcomes;

/** A backlog must not come back as a wave of sends to a provider that has just recovered. */
export const usualRatePerSecond = 50;

/** What became of one dead letter. */
export interface DeadLetterResult {
  readonly id: string;
  readonly outcome: RedriveOutcome["kind"] | "discarded" | "not_found";
  /** The new send request of a redrive; a dry run's never exists. */
  readonly requestId?: string;
}

export interface DeadLetterBatch {
  readonly ids: readonly string[];
  readonly action: DeadLetterAction;
  /** Who does it, for the audit. */
  readonly operator: string;
  /** So many at most. */
  readonly ratePerSecond: number;
  readonly isDryRun: boolean;
  /** Told of each as soon as it is committed: a database that goes away in the middle doesn't hide what was done. */
  onResult?(result: DeadLetterResult): void;
}

/**
 * Redrives or discards dead letters one by one, each in a transaction of its own. Repeating it is harmless.
 * @param db the database
 * @returns one result per id, in their order
 */
export async function changeOneByOne(db: Kysely<Database>, batch: DeadLetterBatch): Promise<DeadLetterResult[]> {
  const results: DeadLetterResult[] = [];
  const startedAt = performance.now();
  for (const [index, id] of batch.ids.entries()) {
    const dueAt = startedAt + (index * 1_000) / batch.ratePerSecond;
    if (!batch.isDryRun) await pause(Math.max(0, dueAt - performance.now()));
    const result = { id, ...(await changeOne(db, batch, id)) };
    results.push(result);
    batch.onResult?.(result);
  }
  return results;
}

type Change = Omit<DeadLetterResult, "id">;

async function changeOne(db: Kysely<Database>, batch: DeadLetterBatch, id: string): Promise<Change> {
  const change = batch.action === "redrive" ? redriveOne : discardOne;
  try {
    const result = await inTransaction(db, batch.isDryRun, (trx) => change(trx, { id, operator: batch.operator }));
    return batch.isDryRun ? { outcome: result.outcome } : result;
  } catch (err) {
    if (err instanceof DeadLetterNotFoundError) return { outcome: "not_found" };
    throw err;
  }
}

async function redriveOne(trx: Transaction<Database>, letter: { id: string; operator: string }): Promise<Change> {
  const { kind: outcome, ...request } = await redriveDeadLetter(trx, letter);
  return { outcome, ...request };
}

async function discardOne(trx: Transaction<Database>, letter: { id: string; operator: string }): Promise<Change> {
  if (await discardDeadLetter(trx, letter)) return { outcome: "discarded" };
  await findDeadLetter(trx, letter.id);
  return { outcome: "resolved_before" };
}
