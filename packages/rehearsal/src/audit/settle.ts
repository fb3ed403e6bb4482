import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { queueNames } from "@gift/fleet/each-queue";
import type { QueueName } from "@gift/fleet/fleet";
import { type Kysely, sql } from "kysely";
import type { QueueDepth } from "../system/queue-depth.ts";

/** What is still on its way: all zeroes when nothing moves any more. */
export interface Unsettled {
  readonly queued: number;
  readonly outbox: number;
  /** In all queues. */
  readonly messages: number;
}

type ReadDepth = (queue: QueueName) => Promise<QueueDepth>;

const intervalMilliseconds = 200;

/**
 * Waits until nothing is on its way, or until the deadline.
 * @param deadlineMilliseconds from now
 * @returns what is left, which should be nothing
 */
export async function settle(
  db: Kysely<Database>,
  readDepth: ReadDepth,
  deadlineMilliseconds: number,
): Promise<Unsettled> {
  const deadline = Date.now() + deadlineMilliseconds;
  for (;;) {
    const unsettled = await readUnsettled(db, readDepth);
    if (isSettled(unsettled) || Date.now() > deadline) return unsettled;
    await pause(intervalMilliseconds);
  }
}

/** Whether nothing is on its way. */
export function isSettled(unsettled: Unsettled): boolean {
  return Object.values(unsettled).every((count) => count === 0);
}

async function readUnsettled(db: Kysely<Database>, readDepth: ReadDepth): Promise<Unsettled> {
  const depths = await Promise.all(queueNames.map(readDepth));
  const { rows } = await sql<{ queued: number; outbox: number }>`
    select (select count(*)::int from gifts where status = 'QUEUED') as queued,
      (select count(*)::int from outbox) as outbox`.execute(db);
  const { queued = 0, outbox = 0 } = rows[0] ?? {};
  return { queued, outbox, messages: depths.reduce((sum, { visible, inFlight }) => sum + visible + inFlight, 0) };
}
