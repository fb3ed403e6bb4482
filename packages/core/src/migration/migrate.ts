import type { Kysely } from "kysely";
import type { Migration, MigrationResult } from "kysely/migration";
import type { Database } from "../database/database.ts";
import { migrations } from "./migrations.ts";
import { migratePatiently } from "./patient.ts";
import { isSchemaReady } from "./schema-version.ts";

/**
 * Brings the schema up to date: all pending migrations in one transaction, under Kysely's advisory lock, so that
 * several processes may call it at once and a failure leaves the schema as it was. A schema that is newer already stays
 * as it is, so that the previous version of the code can be deployed again. It waits for locks half a second at a time,
 * seldom longer, so that requests go on while a long transaction is in its way (docs/reliability.md).
 * @param db the database, as the owner of the schema; its statement timeout bounds each statement
 * @param pending what to apply, sorted by name
 * @returns what this call applied; empty when there was nothing to do
 * @throws the failing migration's error, its name in the message
 */
export async function migrate(
  db: Kysely<Database>,
  pending: Readonly<Record<string, Migration>> = migrations,
): Promise<readonly MigrationResult[]> {
  if (await isSchemaReady(db, Object.keys(pending).at(-1))) return [];
  const { error, results = [] } = await migratePatiently(db, pending);
  if (error !== undefined) {
    const failed = results.find((result) => result.status === "Error")?.migrationName;
    throw new Error(failed ? `migration ${failed} failed; nothing was changed` : "the migrations could not run", {
      cause: error,
    });
  }
  return results;
}
