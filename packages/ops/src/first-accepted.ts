import type { Database } from "@gift/core/database/database";
import { type ConnectionOptions, type DatabaseLink, openLinkedDatabase } from "@gift/link/database";
import { type Kysely, sql } from "kysely";

/** Signing in failed: the wrong kind of credentials (RDS: "PAM authentication failed"), or the wrong ones. */
const refusals = new Set(["28000", "28P01"]);

/**
 * Opens a database by the first way in that the server accepts; one that it refuses is left for the next.
 * @param links at least one; the last is not tried out, so that its error is the command's
 * @param options name and size of the pool
 * @throws whatever connecting throws, if it isn't a refusal
 */
export async function openFirstAccepted(
  [link, ...rest]: readonly [DatabaseLink, ...DatabaseLink[]],
  options: ConnectionOptions,
): Promise<Kysely<Database>> {
  const db = openLinkedDatabase(link, options);
  const [next, ...others] = rest;
  if (next === undefined) return db;
  try {
    await sql`select`.execute(db);
    return db;
  } catch (err) {
    await db.destroy();
    if (!(err instanceof Error && "code" in err && refusals.has(String(err.code)))) throw err;
    return await openFirstAccepted([next, ...others], options);
  }
}
