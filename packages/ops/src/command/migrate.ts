import type { Database } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { newestMigration } from "@gift/core/migration/migrations";
import { type GrantedRoles, grantRoles } from "@gift/core/migration/roles";
import type { Kysely } from "kysely";
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
  args: {
    "with-roles": {
      type: "boolean",
      description: "Then creates gift_app and gift_ops and grants them what they need; as the owner of the schema",
    },
    json: flags.json,
  },
  async run(args): Promise<ExitCode> {
    const work = async (db: Kysely<Database>) => ({
      applied: (await migrate(db)).map((result) => result.migrationName),
      granted: args["with-roles"] ? await grantRoles(db) : undefined,
    });
    const { applied, granted } = await withDatabase(work, { statementTimeoutSeconds });
    print(args.json === true, { applied, needed: newestMigration, ...(granted && { roles: granted.roles }) }, () =>
      [...describeMigrations(applied), ...describeRoles(granted)].join("\n"),
    );
    return done;
  },
});

function describeMigrations(applied: readonly string[]): readonly string[] {
  if (applied.length === 0) return [`nothing to do: the schema has ${newestMigration}`];
  return applied.map((name) => `applied ${name}`);
}

function describeRoles(granted: GrantedRoles | undefined): readonly string[] {
  const how = granted?.isIam ? "signs in with IAM" : "has no password";
  return granted?.roles.map((role) => `granted ${role}, which ${how}`) ?? [];
}
