import type { Database } from "@gift/core/database/database";
import { countOpenDeadLetters } from "@gift/core/dead-letter/count-open";
import { longestQueuedSeconds } from "@gift/core/gift/longest-queued";
import { type OutboxStatus, outboxStatus } from "@gift/core/outbox/status";
import { gauge } from "@gift/telemetry/measure";
import type { Kysely } from "kysely";

/**
 * Reads and gauges what waits for SQS and for an operator; for `sampleGauges`. Every task of the role reports the same
 * numbers, which is why their readers take the maximum.
 * @param queues the queues that this process publishes to: they are reported when nothing waits, too
 * @throws whatever Postgres says
 */
export async function gaugeBacklog(db: Kysely<Database>, queues: readonly string[]): Promise<void> {
  const outbox = await outboxStatus(db);
  gauge("gift.dead_letter.open", await countOpenDeadLetters(db));
  gauge("gift.send.oldest_queued", (await longestQueuedSeconds(db)) ?? 0);
  for (const queue of queues)
    gaugeWaiting(
      queue,
      outbox.filter((each) => each.destination === queue),
    );
  const strays = outbox.filter((each) => !queues.includes(each.destination));
  // Rows for a queue that isn't linked stay until somebody looks; their destination is text and no tag.
  if (strays.length > 0) gaugeWaiting("unknown", strays);
}

function gaugeWaiting(queue: string, waiting: readonly OutboxStatus[]): void {
  const depth = waiting.reduce((sum, each) => sum + each.depth, 0);
  const oldest = Math.max(0, ...waiting.map((each) => each.oldestAgeSeconds));
  gauge("gift.outbox.depth", depth, { queue });
  gauge("gift.outbox.oldest_age", oldest, { queue });
}
