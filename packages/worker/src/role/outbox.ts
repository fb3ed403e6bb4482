import type { Database } from "@gift/core/database/database";
import type { OutboxMessage } from "@gift/core/outbox/outbox.table";
import { type Publish, sweepOutbox } from "@gift/core/outbox/sweep";
import { resolvesWithin, sleepUnless } from "@gift/queue/deadline";
import type { Log } from "@gift/telemetry/logger";
import { count } from "@gift/telemetry/measure";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import type { Kysely } from "kysely";
import { gaugeBacklog } from "../outbox/backlog-metric.ts";
import { createSweepPace, type SweepEnd } from "../outbox/pace.ts";
import { createSweepReport } from "../outbox/report.ts";
import type { Role } from "./role.ts";

export interface OutboxRoleOptions {
  readonly db: Kysely<Database>;
  /** Sends one message; see publishToDestination. */
  readonly publish: Publish;
  /** The fleet's names of the queues that it sends to. */
  readonly queues: readonly string[];
  readonly log: Log;
  /** Most rows of one sweep. */
  readonly batch: number;
  /** Pause after a sweep that wasn't full. */
  readonly intervalMilliseconds: number;
  /** How long claimed rows are ours: longer than publishing a whole batch can take. */
  readonly leaseSeconds: number;
}

/** Starts the role that publishes what was left in the outbox. It never gives up and never crashes. */
export function startOutboxRole(options: OutboxRoleOptions): Role {
  const { db, publish, leaseSeconds } = options;
  const pace = createSweepPace(options);
  const report = createSweepReport(options.log);
  const stopping = new AbortController();
  let inHand = 0;

  async function publishCounted(message: OutboxMessage): Promise<void> {
    inHand += 1;
    try {
      await publish(message);
      count("gift.outbox.published", 1, { by: "sweep" });
    } finally {
      inHand -= 1;
    }
  }

  async function sweep(): Promise<SweepEnd> {
    try {
      return { kind: "swept", ...(await sweepOutbox(db, publishCounted, { limit: pace.limit(), leaseSeconds })) };
    } catch (err) {
      // Whatever Postgres said: the rows are leased or untouched, and the next sweep is the repair.
      return { kind: "failed", err };
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const end = await sweep();
      report(end);
      const pause = pace.pauseAfter(end);
      if (pause > 0) await sleepUnless(stopping.signal, pause);
    }
  }

  const ended = run();
  const stopGauges = sampleGauges(() => gaugeBacklog(db, options.queues));
  return {
    inHand: () => inHand,
    async stop(deadlineMilliseconds) {
      stopping.abort();
      // Past the deadline the rows' lease ends by itself and another sweep takes them over.
      await resolvesWithin(deadlineMilliseconds, Promise.all([ended, stopGauges()]));
    },
  };
}
