import type { Kysely, Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { type Batch, oneByOne } from "../database/one-by-one.ts";
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

export interface DeadLetterBatch extends Batch<DeadLetterResult> {
  readonly action: DeadLetterAction;
  /** Who does it, for the audit. */
  readonly operator: string;
}

/**
 * Redrives or discards dead letters one by one, each in a transaction of its own. Repeating it is harmless.
 * @param db the database
 * @returns one result per id, in their order
 */
export async function changeOneByOne(db: Kysely<Database>, batch: DeadLetterBatch): Promise<DeadLetterResult[]> {
  const { action, operator, isDryRun } = batch;
  const change = action === "redrive" ? redriveOne : discardOne;
  return await oneByOne(db, batch, async (trx, id) => {
    const { outcome, requestId } = await change(trx, { id, operator }).catch(notFound);
    return { id, outcome, ...(requestId !== undefined && !isDryRun && { requestId }) };
  });
}

type Change = Omit<DeadLetterResult, "id">;

async function redriveOne(trx: Transaction<Database>, letter: { id: string; operator: string }): Promise<Change> {
  const { kind: outcome, ...request } = await redriveDeadLetter(trx, letter);
  return { outcome, ...request };
}

async function discardOne(trx: Transaction<Database>, letter: { id: string; operator: string }): Promise<Change> {
  if (await discardDeadLetter(trx, letter)) return { outcome: "discarded" };
  await findDeadLetter(trx, letter.id);
  return { outcome: "resolved_before" };
}

function notFound(err: unknown): Change {
  if (err instanceof DeadLetterNotFoundError) return { outcome: "not_found" };
  throw err;
}
