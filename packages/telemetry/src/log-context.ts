import { AsyncLocalStorage } from "node:async_hooks";
import { tagSpan } from "./trace.ts";

/** Fields that belong on every line logged while one request or message is being handled. */
export interface LogContext {
  gift_id?: string;
  request_id?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/**
 * Runs work with its own log fields, which the current span is given too; nested calls and awaited ones see them.
 * @param context the fields
 * @param work what logs with them
 */
export function withLogContext<Result>(context: LogContext, work: () => Result): Result {
  tagSpan({ ...context });
  return storage.run(context, work);
}

/** The fields of the work that is running now. */
export function currentLogContext(): LogContext {
  return storage.getStore() ?? {};
}
