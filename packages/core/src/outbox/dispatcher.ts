import { createBatcher } from "@gift/batch/batcher";
import type { Kysely } from "kysely";
import type { Database } from "../database/database.ts";
import { deleteFromOutbox } from "./delete.ts";
import type { OutboxMessage } from "./outbox.table.ts";

export interface DispatcherOptions {
  readonly db: Kysely<Database>;
  /**
   * Hands one message to its queue; resolves once SQS has accepted it.
   * @param leaseEndsAt monotonic milliseconds (`performance.now`). It rejects instead of calling SQS later: the sweep
   * does then
   */
  publish(message: OutboxMessage, leaseEndsAt: number): Promise<void>;
  /** Messages held at most; beyond it (SQS is away) the rows simply stay for the sweep. */
  readonly maxPending: number;
  /** Told of every message that stays for the sweep. */
  onLeftBehind?(message: OutboxMessage, reason: unknown): void;
}

/**
 * Publishes the messages that this process has just committed, without a query to find them: they are ours until
 * their lease ends. Nothing is lost with the process, because the rows stay until SQS has accepted them.
 */
export interface Dispatcher {
  /**
   * Takes a committed message; never waits and never throws.
   * @param leaseEndsAt until when it is this process's alone, in monotonic milliseconds: counted from before the
   * statement that wrote it, or a freeze between its commit and here would not be noticed
   */
  add(message: OutboxMessage, leaseEndsAt: number): void;
  /** Resolves when everything taken so far is published and deleted, or left behind. */
  flush(): Promise<void>;
  size(): number;
}

/**
 * Creates a dispatcher.
 * @param options database, publisher and bound
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const pending = new Set<Promise<void>>();
  const deletes = createBatcher<string, void>({
    maxItems: 500,
    maxParallel: 1,
    async run(ids) {
      await deleteFromOutbox(options.db, ids);
      return ids.map(() => ({ status: "fulfilled", value: undefined }));
    },
  });

  async function dispatch(message: OutboxMessage, leaseEndsAt: number): Promise<void> {
    try {
      await options.publish(message, leaseEndsAt);
      await deletes.add(message.id);
    } catch (err) {
      options.onLeftBehind?.(message, err);
    }
  }

  return {
    size: () => pending.size,
    add(message, leaseEndsAt) {
      if (pending.size >= options.maxPending)
        return options.onLeftBehind?.(message, new Error("too many messages pending"));
      const done = dispatch(message, leaseEndsAt).finally(() => pending.delete(done));
      pending.add(done);
    },
    async flush() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
