import { defineOperation } from "../../command.ts";
import { canAsk, confirm } from "../../confirm.ts";
import { type ExitCode, failed } from "../../exit-code.ts";
import { UsageError } from "../../usage-error.ts";
import { withDatabase } from "../../with-database.ts";
import { changeDeadLetters, changeFlags, parseChange, selectedIds } from "./change.ts";

export const discard = defineOperation({
  name: "bun run ops dead-letters discard",
  description: "Closes dead letters without sending their gifts again",
  args: {
    ...changeFlags,
    yes: { type: "boolean", description: "don't ask; required where nobody can be asked" },
  },
  async run(args): Promise<ExitCode> {
    const selection = parseChange(args);
    const mustAsk = !args.yes && !selection.isDryRun;
    if (mustAsk && !canAsk())
      throw new UsageError("discarding is final: add --yes, or --dry-run to see what it would do");
    return await withDatabase(async (db) => {
      const ids = await selectedIds(db, selection);
      if (mustAsk && ids.length > 0 && !(await confirm(`Discard ${ids.length} dead letters for good?`))) return failed;
      return changeDeadLetters(db, { ...selection, ids, action: "discard" });
    });
  },
});
