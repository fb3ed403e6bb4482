/**
 * SQLSTATEs that say the server or the connection is away, not that the statement is wrong.
 * Source: PostgreSQL manual, appendix A. 57P01-57P05: shut down, crash, starting, idle session closed.
 */
const awaySqlStates = /^(08...|57P0[1-5]|53300|25006|28000)$/;

const awaySystemErrors = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** pg reports these without a code (pg 8.23, lib/client.js, lib/query.js and pg-pool/index.js). */
const awayMessages = [
  "Connection terminated",
  "Client has encountered a connection error",
  // Of a connection that we closed because it no longer answers, e.g. to the rollback.
  "Client was closed and is not queryable",
  "timeout exceeded when trying to connect",
  "Query read timeout",
];

/**
 * Whether an error means that Postgres gave up waiting: for a lock, or for the statement to end. The database is there
 * and the statement is right; under less load the same call may succeed.
 * @param err anything thrown by a query
 */
export function isDatabaseBusy(err: unknown): boolean {
  return err instanceof Error && "code" in err && (err.code === "55P03" || err.code === "57014");
}

/**
 * Whether an error means that Postgres can't be reached now, so that the same call may succeed later.
 * @param err anything thrown by a query, or an error that wraps it as its cause
 */
export function isDatabaseUnavailable(err: unknown): boolean {
  if (err instanceof AggregateError && err.errors.length > 0) return err.errors.every(isDatabaseUnavailable);
  if (!(err instanceof Error)) return false;
  const code = "code" in err && typeof err.code === "string" ? err.code : undefined;
  if (code !== undefined && (awaySqlStates.test(code) || awaySystemErrors.has(code))) return true;
  if (awayMessages.some((message) => err.message.startsWith(message))) return true;
  return isDatabaseUnavailable(err.cause);
}
