import type { Database } from "@gift/core/database/database";
import { isDatabaseUnavailable } from "@gift/core/database/unavailable";
import type { ConnectionOptions } from "@gift/link/database";
import type { Kysely } from "kysely";
import { linkedDatabase } from "./config.ts";
import { DatabaseUnreachableError } from "./database-unreachable.ts";
import { openFirstAccepted } from "./first-accepted.ts";

/**
 * Opens the linked database for one command and closes it again.
 * @param work the command
 * @param options where they differ: a migration may take longer than a statement may elsewhere
 * @throws DatabaseUnreachableError naming the address, when it can't be reached or goes away meanwhile
 */
export async function withDatabase<Result>(
  work: (db: Kysely<Database>) => Promise<Result>,
  options: Pick<ConnectionOptions, "statementTimeoutSeconds"> = {},
): Promise<Result> {
  const links = linkedDatabase();
  let db: Kysely<Database> | undefined;
  try {
    db = await openFirstAccepted(links, { applicationName: "gift-ops", maxConnections: 2, ...options });
    return await work(db);
  } catch (err) {
    if (!isDatabaseUnavailable(err)) throw err;
    const [{ host, port }] = links;
    throw new DatabaseUnreachableError(`the database at ${host}:${port} can't be reached: ${innermostMessage(err)}`, {
      cause: err,
    });
  } finally {
    await db?.destroy();
  }
}

function innermostMessage(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  if (err.cause !== undefined) return innermostMessage(err.cause);
  return err instanceof AggregateError ? err.errors.map(innermostMessage).join(", ") : err.message;
}
