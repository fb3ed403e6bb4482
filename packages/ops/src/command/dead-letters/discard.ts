import type { Database } from "@gift/core/database/database";
import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { findDeadLetter } from "@gift/core/dead-letter/find";
import type { Transaction } from "kysely";
import { parseOperator } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { canAsk, confirm } from "../../confirm.ts";
import { type ExitCode, failed } from "../../exit-code.ts";
import { UsageError } from "../../usage-error.ts";
import { withDatabase } from "../../with-database.ts";
import { changeOneByOne, type Result } from "./one-by-one.ts";
import { parseSelection, selectedIds, selectionArguments } from "./selection.ts";

export const discard = defineOperation({
  name: "bun run ops dead-letters discard",
  description: "Closes dead letters without sending their gifts again",
  args: {
    ...selectionArguments,
    yes: { type: "boolean", description: "don't ask; required where nobody can be asked" },
  },
  async run(args): Promise<ExitCode> {
    const selection = parseSelection(args);
    const operator = parseOperator(args.operator);
    const isDryRun = args["dry-run"] === true;
    const mustAsk = !args.yes && !isDryRun;
    if (mustAsk && !canAsk())
      throw new UsageError("discarding is final: add --yes, or --dry-run to see what it would do");
    return await withDatabase(async (db) => {
      const ids = await selectedIds(db, selection);
      if (mustAsk && ids.length > 0 && !(await confirm(`Discard ${ids.length} dead letters for good?`))) return failed;
      return changeOneByOne(db, {
        ids,
        verb: "discarded",
        ratePerSecond: selection.ratePerSecond,
        isDryRun,
        isJson: args.json === true,
        change: (trx, id) => discardOne(trx, { id, operator }),
      });
    });
  },
});

async function discardOne(trx: Transaction<Database>, letter: { id: string; operator: string }): Promise<Result> {
  if (await discardDeadLetter(trx, letter)) return { outcome: "discarded" };
  await findDeadLetter(trx, letter.id);
  return { outcome: "resolved_before" };
}
