import { defineOperation } from "../../command.ts";
import type { ExitCode } from "../../exit-code.ts";
import { withDatabase } from "../../with-database.ts";
import { changeDeadLetters, changeFlags, parseChange, selectedIds } from "./change.ts";

export const redrive = defineOperation({
  name: "bun run ops dead-letters redrive",
  description: "Sends the gifts of dead letters again, one by one",
  args: changeFlags,
  async run(args): Promise<ExitCode> {
    const selection = parseChange(args);
    return await withDatabase(async (db) =>
      changeDeadLetters(db, { ...selection, ids: await selectedIds(db, selection), action: "redrive" }),
    );
  },
});
