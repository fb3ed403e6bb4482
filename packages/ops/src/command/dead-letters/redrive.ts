import type { Database } from "@gift/core/database/database";
import { redriveDeadLetter } from "@gift/core/dead-letter/redrive";
import type { Transaction } from "kysely";
import { parseOperator } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import type { ExitCode } from "../../exit-code.ts";
import { withDatabase } from "../../with-database.ts";
import { changeOneByOne, type Result } from "./one-by-one.ts";
import { parseSelection, selectedIds, selectionArguments } from "./selection.ts";

export const redrive = defineOperation({
  name: "bun run ops dead-letters redrive",
  description: "Sends the gifts of dead letters again, one by one",
  args: selectionArguments,
  async run(args): Promise<ExitCode> {
    const selection = parseSelection(args);
    const operator = parseOperator(args.operator);
    return await withDatabase(async (db) =>
      changeOneByOne(db, {
        ids: await selectedIds(db, selection),
        verb: "redriven",
        ratePerSecond: selection.ratePerSecond,
        isDryRun: args["dry-run"] === true,
        isJson: args.json === true,
        change: (trx, id) => redriveOne(trx, { id, operator }),
      }),
    );
  },
});

async function redriveOne(trx: Transaction<Database>, letter: { id: string; operator: string }): Promise<Result> {
  const outcome = await redriveDeadLetter(trx, letter);
  if (outcome.kind === "redriven") return { outcome: "redriven", request_id: outcome.requestId };
  return { outcome: outcome.kind === "not-failed" ? "not_failed" : "resolved_before" };
}
