import { readBinding } from "@gift/link/binding";
import { type DatabaseLink, databaseLink } from "@gift/link/database";
import { Resource } from "sst/resource";
import { DatabaseUnreachableError } from "./database-unreachable.ts";

/**
 * The database this command works on, as SST or the local stack links it.
 * @throws DatabaseUnreachableError when none is linked; Error when the link is malformed
 */
export function linkedDatabase(): DatabaseLink {
  if (isLinked("Database")) return readBinding(Resource, "Database", databaseLink);
  throw new DatabaseUnreachableError(
    "no database is linked: start the local stack with `bun run local`, or run `sst shell --stage <stage> -- bun run ops …` for a deployed one",
  );
}

/** SST's proxy throws on a name that isn't linked. */
function isLinked(name: string): boolean {
  try {
    return Reflect.get(Resource, name) !== undefined;
  } catch {
    return false;
  }
}
