import type { Database } from "@gift/core/database/database";
import { fleet, type WorkerName } from "@gift/fleet/fleet";
import { openLinkedDatabase } from "@gift/link/database";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { createPublisher } from "@gift/queue/publisher";
import type { Log } from "@gift/telemetry/logger";
import { createPoolMetric } from "@gift/telemetry/pool-metric";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import type { Kysely } from "kysely";
import type { Config, RoleLinks } from "./config.ts";
import { startNotifier } from "./notification/notifier.ts";
import { createSlackChannel } from "./notification/slack.ts";
import { publishToDestination } from "./outbox/destination.ts";
import { startDeadLettersRole } from "./role/dead-letters.ts";
import { startGiftRole } from "./role/gift.ts";
import { startOutboxRole } from "./role/outbox.ts";
import type { Role } from "./role/role.ts";
import { createSimulatedSender } from "./sender/simulated-sender.ts";
import { tuningOf } from "./tuning.ts";

/** What all roles of a process share. */
export interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly db: Kysely<Database>;
}

/** The provider's own connections: one statement of 1 ms per gift; 4 carry over a thousand a second. */
const providerConnections = 4;

/** A sweep of 500 rows is 50 calls, 8 at a time: 7 rounds of at most 3 s when SQS hangs, within the rows' lease. */
const publishing = { requestTimeoutMilliseconds: 3_000, maxAttempts: 1, leaseSeconds: 30 };

/** For the last message of a process that ends: part of what is kept for closing. */
const farewellMilliseconds = 2_000;

/** How each role is started with the fleet's numbers and the process's links. */
export const wiring: { [Name in WorkerName]: (foundation: Foundation, link: RoleLinks[Name]) => Promise<Role> } = {
  async gift({ config, db, log }, { queueUrl }) {
    const client = createSqsClient();
    const pool = createPoolMetric("simulated-provider");
    const provider = openLinkedDatabase(config.database, {
      applicationName: "simulated-provider",
      maxConnections: providerConnections,
      aroundAcquire: pool.aroundAcquire,
    });
    const { failureRate, areTestValuesAllowed } = config;
    const sender = createSimulatedSender({ db: provider, failureRate, areTestValuesAllowed });
    const tuning = tuningOf(fleet.services.gift, fleet.queues.gift, config);
    const role = await startGiftRole({ client, queueUrl, db, log, tuning, sender });
    const stopGauges = sampleGauges(pool.sample);
    return withClose(role, async () => {
      client.destroy();
      await stopGauges();
      await sender.close();
    });
  },

  async "dead-letters"({ config, db, log }, { queueUrl, slack }) {
    const client = createSqsClient();
    const service = fleet.services["dead-letters"];
    const queue = service.consumes;
    const tuning = tuningOf(service, fleet.queues[queue], config);
    const notifier =
      slack && startNotifier({ channel: createSlackChannel(slack.webhookUrl, { ...slack, queue }), log });
    const notify = notifier?.notify;
    const role = await startDeadLettersRole({ client, queueUrl, db, log, tuning, queue, notify });
    return withClose(role, async () => {
      client.destroy();
      await notifier?.stop(farewellMilliseconds);
    });
  },

  outbox({ db, log }, { queueUrls }) {
    // One attempt per call: the row's own backoff is the retry, and the lease must outlast the calls.
    const client = createSqsClient(publishing);
    const { batch, intervalSeconds } = fleet.services.outbox;
    const publishers = Array.from(
      queueUrls,
      ([queue, queueUrl]) => [queue, createPublisher({ client, queueUrl })] as const,
    );
    const publish = publishToDestination(new Map(publishers));
    const { leaseSeconds } = publishing;
    const role = startOutboxRole({
      db,
      log,
      publish,
      queues: Array.from(queueUrls.keys()),
      batch,
      intervalMilliseconds: intervalSeconds * 1_000,
      leaseSeconds,
    });
    return Promise.resolve(withClose(role, () => client.destroy()));
  },
};

/** Sockets and pools are closed after the last message, not during. */
function withClose(role: Role, close: () => Promise<void> | void): Role {
  return {
    inHand: role.inHand,
    async stop(deadlineMilliseconds) {
      await role.stop(deadlineMilliseconds);
      await close();
    },
  };
}
