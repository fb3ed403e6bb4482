import type { Database } from "@gift/core/database/database";
import type { QueueName } from "@gift/fleet/fleet";
import type { Log } from "@gift/telemetry/logger";
import type { Kysely } from "kysely";
import type { Config } from "../config.ts";

/** One kind of work in a worker process. It runs from its creation until it is stopped. */
export interface Role {
  /** Messages that it holds now. */
  inHand(): number;
  /**
   * Resolves when nothing of the role is in flight.
   * @param deadlineMilliseconds how long what is in hand may take, from now
   */
  stop(deadlineMilliseconds: number): Promise<void>;
}

/** What all roles of a process share. */
export interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly db: Kysely<Database>;
}

/** @throws Error when the fleet doesn't say that a role of this process works on the queue */
export function queueUrlOf({ queueUrls }: Config, queue: QueueName): string {
  const url = queueUrls.get(queue);
  if (url === undefined) throw new Error(`no role of this process is linked to the queue ${queue}`);
  return url;
}

/** Sockets and pools are closed after the last message, not during. */
export function withClose(role: Role, close: () => Promise<void> | void): Role {
  return {
    inHand: role.inHand,
    async stop(deadlineMilliseconds) {
      await role.stop(deadlineMilliseconds);
      await close();
    },
  };
}
