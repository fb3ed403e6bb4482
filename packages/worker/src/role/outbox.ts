import type { Database } from "@gift/core/database/database";
import type { OutboxMessage } from "@gift/core/outbox/outbox.table";
import { type Publish, sweepOutbox } from "@gift/core/outbox/sweep";
import { fleet } from "@gift/fleet/fleet";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { resolvesWithin, sleepUnless } from "@gift/queue/deadline";
import { createPublisher } from "@gift/queue/publisher";
import type { Log } from "@gift/telemetry/logger";
import { count } from "@gift/telemetry/measure";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import type { Kysely } from "kysely";
import { gaugeBacklog } from "../outbox/backlog-metric.ts";
import { publishToDestination } from "../outbox/destination.ts";
import { createSweepPace, type SweepEnd } from "../outbox/pace.ts";
import { createSweepReport } from "../outbox/report.ts";
import { type Foundation, queueUrlOf, type Role, withClose } from "./role.ts";

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

/** A sweep of 500 rows is 50 calls, 8 at a time: 7 rounds of at most 3 s when SQS hangs, within the rows' lease. */
const publishing = { requestTimeoutMilliseconds: 3_000, maxAttempts: 1, leaseSeconds: 30 };

/** Starts the role as the fleet declares it, on what this process is linked to. */
export function startLinkedOutboxRole({ config, db, log }: Foundation): Role {
  // One attempt per call: the row's own backoff is the retry, and the lease must outlast the calls.
  const client = createSqsClient(publishing);
  const { publishes: queues, batch, intervalSeconds } = fleet.services.outbox;
  const publishers = queues.map(
    (queue) => [queue, createPublisher({ client, queueUrl: queueUrlOf(config, queue) })] as const,
  );
  const publish = publishToDestination(new Map(publishers));
  const { leaseSeconds } = publishing;
  const intervalMilliseconds = intervalSeconds * 1_000;
  const role = startOutboxRole({ db, log, publish, queues, batch, intervalMilliseconds, leaseSeconds });
  return withClose(role, () => client.destroy());
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
