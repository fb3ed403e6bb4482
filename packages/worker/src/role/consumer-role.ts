import type { Database } from "@gift/core/database/database";
import { isDatabaseAtFault } from "@gift/core/database/unavailable";
import { type ConsumerOptions, createConsumer } from "@gift/queue/consumer";
import type { Log } from "@gift/telemetry/logger";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import { processInSpan } from "@gift/telemetry/trace";
import type { Kysely } from "kysely";
import { createConsumerLog } from "../consumer-log.ts";
import { createConsumerMetric, gaugeConsumer } from "../consumer-metric.ts";
import { isDatabaseReady } from "../database-ready.ts";
import type { Role } from "./role.ts";

/** The numbers of one consumer; production takes them from the fleet. */
export type ConsumerTuning = Pick<
  ConsumerOptions,
  | "slots"
  | "prefetch"
  | "receivers"
  | "waitTimeSeconds"
  | "visibilityTimeoutSeconds"
  | "handlerTimeoutSeconds"
  | "backoff"
  | "maxReceiveCount"
  | "circuit"
>;

/** What every role that consumes a queue is given. */
export interface ConsumerRoleOptions {
  readonly client: ConsumerOptions["client"];
  readonly queueUrl: string;
  readonly db: Kysely<Database>;
  readonly log: Log;
  readonly tuning: ConsumerTuning;
}

/**
 * Starts a consumer whose handler needs Postgres: while that is away, polling is paused.
 * @param names the consumer's own for logs and errors, and the fleet's name of its queue for metrics
 * @throws ConsumerConfigurationError when the queue's RedrivePolicy differs from `maxReceiveCount`
 */
export async function startConsumerRole(
  { name, queue }: { readonly name: string; readonly queue: string },
  options: ConsumerRoleOptions,
  handle: ConsumerOptions["handle"],
): Promise<Role> {
  const { client, queueUrl, db, log, tuning } = options;
  const consumer = createConsumer({
    ...tuning,
    client,
    queueUrl,
    name,
    handle: (message, context) => processInSpan(queue, message, () => handle(message, context)),
    isUnavailable: isDatabaseAtFault,
    isReady: () => isDatabaseReady(db),
    observer: { ...createConsumerLog(log, name), ...createConsumerMetric(queue) },
  });
  await consumer.start();
  const stopGauges = sampleGauges(() => gaugeConsumer(queue, consumer.stats()));
  return {
    inHand: () => consumer.stats().running + consumer.stats().buffered,
    async stop(deadlineMilliseconds) {
      await consumer.stop({ deadlineMilliseconds });
      await stopGauges();
    },
  };
}
