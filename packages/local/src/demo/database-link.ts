import { check } from "@gift/link/check";
import { databaseLink } from "@gift/link/database";
import type { DatabaseLink } from "../database-link.ts";

/**
 * Reads the binding as the local stack puts it into its environment file.
 * @param variable value of SST_RESOURCE_Database
 * @returns undefined when there is none, or one that needs AWS
 * @throws Error when it has another shape
 */
export function readDatabaseLink(variable: string | undefined): DatabaseLink | undefined {
  if (!variable) return undefined;
  const link = check(databaseLink, JSON.parse(variable), "SST_RESOURCE_Database");
  return link.auth === "password" ? link : undefined;
}
