import type { DatabaseLink as AnyDatabaseLink } from "@gift/link/database";
import { UsageError } from "./command/usage-error.ts";

/** Value of the SST binding `Database` as it is without AWS: a fixed password instead of IAM tokens. */
export type DatabaseLink = Extract<AnyDatabaseLink, { auth: "password" }>;

/**
 * Reads a DATABASE_URL of the user's own server.
 * @throws UsageError when it isn't a Postgres URL, names no database, or carries parameters, which would be ignored
 */
export function parseDatabaseUrl(given: string): DatabaseLink {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const database = decodeURIComponent(url?.pathname.slice(1) ?? "");
  // The value isn't repeated: it may hold a password.
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "" || database === "")
    throw new UsageError("DATABASE_URL can't be used: give postgres://USER:PASSWORD@HOST:PORT/DATABASE, or unset it.");
  if (url.search !== "")
    throw new UsageError(`DATABASE_URL can't be used with ${url.search}: the local stack takes no parameters.`);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database,
    username: decodeURIComponent(url.username || "postgres"),
    auth: "password",
    password: decodeURIComponent(url.password),
  };
}
