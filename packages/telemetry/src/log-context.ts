import { AsyncLocalStorage } from "node:async_hooks";

/** Fields that belong on every line logged while one request or message is being handled. */
export interface LogContext {
  gift_id?: string;
  request_id?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/**
 * Runs work with its own log fields; nested calls and awaited ones see them too.
 * @param context the fields
 * @param work what logs with them
 */
export function withLogContext<Result>(context: LogContext, work: () => Result): Result {
  return storage.run(context, work);
}

/** The fields of the work that is running now. */
export function currentLogContext(): LogContext {
  return storage.getStore() ?? {};
}
