import { parseOperator } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import type { ExitCode } from "../../exit-code.ts";
import { withDatabase } from "../../with-database.ts";
import { changeAndReport } from "./one-by-one.ts";
import { parseSelection, selectedIds, selectionArguments } from "./selection.ts";

export const redrive = defineOperation({
  name: "bun run ops dead-letters redrive",
  description: "Sends the gifts of dead letters again, one by one",
  args: selectionArguments,
  async run(args): Promise<ExitCode> {
    const selection = parseSelection(args);
    const operator = parseOperator(args.operator);
    return await withDatabase(async (db) =>
      changeAndReport(db, {
        ids: await selectedIds(db, selection),
        action: "redrive",
        operator,
        ratePerSecond: selection.ratePerSecond,
        isDryRun: args["dry-run"] === true,
        isJson: args.json === true,
      }),
    );
  },
});
