import type { Database } from "@gift/core/database/database";
import { deadLetterResultDocument } from "@gift/core/dead-letter/document";
import { type DeadLetterFilter, listDeadLetterIds } from "@gift/core/dead-letter/find";
import { changeOneByOne, type DeadLetterBatch, doneOutcomes } from "@gift/core/dead-letter/one-by-one";
import type { Kysely } from "kysely";
import { parseDeadLetterId } from "../../argument.ts";
import type { ExitCode } from "../../exit-code.ts";
import { reportOneByOne } from "../../one-by-one.ts";
import { parseSelection, type Selection, type SelectionArguments, selectionFlags } from "../../selection.ts";
import { type FilterArguments, filterFlags, parseFilter } from "./filter.ts";

const deadLetters = { name: "dead letters", all: "OPEN dead letter" };

/** Arguments of the commands that change dead letters. */
export const changeFlags = selectionFlags(deadLetters, filterFlags);

export function parseChange(args: SelectionArguments & FilterArguments): Selection<DeadLetterFilter> {
  return parseSelection(args, deadLetters, parseDeadLetterId, parseFilter(args));
}

/** The ids as given, or those that match now: dead letters that arrive meanwhile stay for the next time. */
export async function selectedIds(
  db: Kysely<Database>,
  { chosen }: Selection<DeadLetterFilter>,
): Promise<readonly string[]> {
  return "ids" in chosen ? chosen.ids : await listDeadLetterIds(db, { ...chosen.filter, state: "OPEN" });
}

export async function changeDeadLetters(
  db: Kysely<Database>,
  batch: Omit<DeadLetterBatch, "onResult"> & { readonly isJson: boolean },
): Promise<ExitCode> {
  return await reportOneByOne({
    ...batch,
    doneOutcome: doneOutcomes[batch.action],
    none: "no dead letter matches",
    columns: ["dead_letter_id", "outcome", "request_id"],
    toDocument: deadLetterResultDocument,
    change: (onResult) => changeOneByOne(db, { ...batch, onResult }),
  });
}
