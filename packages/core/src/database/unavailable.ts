import { BatcherFullError } from "@gift/batch/error";

/**
 * SQLSTATEs that say the server or the connection is away, or that it can't work for anybody, not that the statement is
 * wrong. Source: PostgreSQL manual, appendix A. 57P01-57P05: shut down, crash, starting, idle session closed. 53...:
 * out of disk, memory, connections. 58030: its disk fails.
 */
const awaySqlStates = /^(08...|57P0[1-5]|53...|58030|25006|28000)$/;

/** Canceled, by `statement_timeout` where nobody else did. */
const canceled = "57014";

/** Not had within `lock_timeout`. */
const lockNotAvailable = "55P03";

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
 * Whether an error means that nobody gets through the crowd: Postgres gave up waiting for a lock or for the statement
 * to end, or so many wait before it that this one never got there. The database is there and the statement is right;
 * under less load the same call may succeed.
 * @param err anything thrown by a query, or an error that wraps it as its cause
 */
export function isDatabaseBusy(err: unknown): boolean {
  return err instanceof BatcherFullError || hasSqlState(err, canceled) || hasSqlState(err, lockNotAvailable);
}

/**
 * Whether an error is about the database as a whole: it is away, or so slow that it canceled the statement. Another row
 * would have fared no better, so nothing is gained by asking for each row alone or for the next message. A lock that
 * was not to be had is a row's own: its neighbors are free.
 * @param err anything thrown by a query, or an error that wraps it as its cause
 */
export function isDatabaseAtFault(err: unknown): boolean {
  return isDatabaseUnavailable(err) || hasSqlState(err, canceled);
}

/**
 * Whether an error means that Postgres can't be reached now or has no room to work, so that the same call may succeed
 * later.
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

function hasSqlState(err: unknown, state: string): boolean {
  if (!(err instanceof Error)) return false;
  return ("code" in err && err.code === state) || hasSqlState(err.cause, state);
}
