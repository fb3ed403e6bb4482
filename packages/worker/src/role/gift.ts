import { sendQueue } from "@gift/core/send-request/send-message";
import { fleet } from "@gift/fleet/fleet";
import { openLinkedDatabase } from "@gift/link/database";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { createPoolMetric } from "@gift/telemetry/pool-metric";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import { createSendGift } from "../handler/send-gift.ts";
import type { Sender } from "../sender/sender.ts";
import { createSimulatedSender } from "../sender/simulated-sender.ts";
import { tuningOf } from "../tuning.ts";
import { type ConsumerRoleOptions, startConsumerRole } from "./consumer-role.ts";
import { type Foundation, queueUrlOf, type Role, withClose } from "./role.ts";

export interface GiftRoleOptions extends ConsumerRoleOptions {
  /** Stays the caller's to close, after the role has stopped. */
  readonly sender: Sender;
}

/** The provider's own connections: one statement of 1 ms per gift; 4 carry over a thousand a second. */
const providerConnections = 4;

/** Starts the role as the fleet declares it, on what this process is linked to. */
export async function startLinkedGiftRole({ config, db, log }: Foundation): Promise<Role> {
  const client = createSqsClient();
  const pool = createPoolMetric("simulated-provider");
  const provider = openLinkedDatabase(config.database, {
    applicationName: "simulated-provider",
    maxConnections: providerConnections,
    aroundAcquire: pool.aroundAcquire,
  });
  const { failureRate, areTestValuesAllowed } = config;
  const sender = createSimulatedSender({ db: provider, failureRate, areTestValuesAllowed });
  const queueUrl = queueUrlOf(config, sendQueue);
  const tuning = tuningOf(fleet.services.gift, fleet.queues.gift, config);
  const role = await startGiftRole({ client, queueUrl, db, log, tuning, sender });
  const stopGauges = sampleGauges(pool.sample);
  return withClose(role, async () => {
    client.destroy();
    await stopGauges();
    await sender.close();
  });
}

/**
 * Starts the role that sends gifts.
 * @throws ConsumerConfigurationError when the queue's RedrivePolicy differs from `tuning.maxReceiveCount`
 */
export function startGiftRole(options: GiftRoleOptions): Promise<Role> {
  return startConsumerRole({ name: "gift", queue: sendQueue }, options, createSendGift(options));
}
