import { migrate } from "@gift/core/migration/migrate";
import { newestMigration } from "@gift/core/migration/migrations";
import { flags } from "../argument.ts";
import { defineOperation } from "../command.ts";
import { done, type ExitCode } from "../exit-code.ts";
import { print } from "../output.ts";
import { withDatabase } from "../with-database.ts";

/** For one statement, and for waiting until another process's migrations are through. */
const statementTimeoutSeconds = 900;

export const migrateCommand = defineOperation({
  name: "bun run ops migrate",
  description: "Brings the schema up to date and prints what it did; several at once are safe",
  args: { json: flags.json },
  async run(args): Promise<ExitCode> {
    const results = await withDatabase(migrate, { statementTimeoutSeconds });
    const applied = results.map((result) => result.migrationName);
    print(args.json === true, { applied, needed: newestMigration }, () =>
      applied.length === 0
        ? `nothing to do: the schema has ${newestMigration}`
        : applied.map((name) => `applied ${name}`).join("\n"),
    );
    return done;
  },
});
