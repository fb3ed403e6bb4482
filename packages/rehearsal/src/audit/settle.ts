import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import type { QueueDepth, QueueDepths } from "../system/queue-depth.ts";

/** What is still on its way: all zeroes when nothing moves any more. */
export interface Unsettled {
  readonly queued: number;
  readonly outbox: number;
  readonly messages: number;
  readonly deadMessages: number;
}

const intervalMilliseconds = 200;

/**
 * Waits until nothing is on its way, or until the deadline.
 * @param depths of both queues
 * @param deadlineMilliseconds from now
 * @returns what is left, which should be nothing
 */
export async function settle(
  db: Kysely<Database>,
  depths: () => Promise<QueueDepths>,
  deadlineMilliseconds: number,
): Promise<Unsettled> {
  const deadline = Date.now() + deadlineMilliseconds;
  for (;;) {
    const unsettled = await readUnsettled(db, depths);
    if (isSettled(unsettled) || Date.now() > deadline) return unsettled;
    await pause(intervalMilliseconds);
  }
}

/** Whether nothing is on its way. */
export function isSettled(unsettled: Unsettled): boolean {
  return Object.values(unsettled).every((count) => count === 0);
}

async function readUnsettled(db: Kysely<Database>, depths: () => Promise<QueueDepths>): Promise<Unsettled> {
  const { gift, deadLetters } = await depths();
  const { rows } = await sql<{ queued: number; outbox: number }>`
    select (select count(*)::int from gifts where status = 'QUEUED') as queued,
      (select count(*)::int from outbox) as outbox`.execute(db);
  const { queued = 0, outbox = 0 } = rows[0] ?? {};
  const all = ({ visible, inFlight }: QueueDepth) => visible + inFlight;
  return { queued, outbox, messages: all(gift), deadMessages: all(deadLetters) };
}
