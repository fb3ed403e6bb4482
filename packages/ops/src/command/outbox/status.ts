import { outboxStatus } from "@gift/core/outbox/status";
import { flags } from "../../argument.ts";
import { defineOperation } from "../../command.ts";
import { done, type ExitCode } from "../../exit-code.ts";
import { print, renderRows } from "../../output.ts";
import { withDatabase } from "../../with-database.ts";

export const status = defineOperation({
  name: "bun run ops outbox status",
  description: "Shows what waits for SQS, per queue; nothing when all is well",
  args: { json: flags.json },
  async run(args): Promise<ExitCode> {
    const waiting = await withDatabase(outboxStatus);
    const queues = waiting.map((queue) => ({
      queue: queue.destination,
      depth: queue.depth,
      oldest_age_seconds: Math.round(queue.oldestAgeSeconds),
      retried: queue.retried,
      last_error: queue.lastError,
    }));
    const depth = queues.reduce((sum, queue) => sum + queue.depth, 0);
    print(args.json === true, { depth, queues }, () =>
      depth === 0
        ? "the outbox is empty"
        : renderRows(["queue", "depth", "oldest_age_seconds", "retried", "last_error"], queues.map(Object.values)),
    );
    return done;
  },
});
