import { setTimeout as pause } from "node:timers/promises";
import { createDispatcher } from "@gift/core/outbox/dispatcher";
import { openLinkedDatabase } from "@gift/link/database";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { createPublisher } from "@gift/queue/publisher";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import { count } from "@gift/telemetry/measure";
import { createPoolMetric } from "@gift/telemetry/pool-metric";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import { sendInSpan } from "@gift/telemetry/trace";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { listen } from "./http/server.ts";
import { createReadiness, probeTimeoutSeconds } from "./readiness.ts";

/**
 * Sends per second at 4, 10 and 20 are equal within noise, and the slowest get slower with each (measured on 2 cores).
 */
const maxConnections = 10;

/** Messages in memory on their way to SQS, about 1 KiB each. */
const maxPending = 5_000;

/** Together with the grace (15 s at most) and the last queries (12 s) below the fleet's stop timeout of 60 s. */
const drainTimeoutMilliseconds = 18_000;
const flushTimeoutMilliseconds = 10_000;

/**
 * Starts the API.
 * @returns how to stop: nothing in flight is lost, and what SQS doesn't take in time stays in the outbox
 * @throws Error when it can't listen; a database that is away is not an error here, /readyz tells
 */
export async function startApi(config: Config, log: Log): Promise<() => Promise<void>> {
  const pool = createPoolMetric("api");
  const onConnectionLost = (err: Error) => log("database.connection_lost", errorFields(err));
  const { aroundAcquire } = pool;
  const db = openLinkedDatabase(config.database, {
    ...{ applicationName: "api", maxConnections, aroundAcquire, onConnectionLost },
  });
  const probed = openLinkedDatabase(config.database, {
    ...{ applicationName: "api readiness", maxConnections: 1, onConnectionLost },
    // A probe that nobody waits for any more must not hold the only connection.
    statementTimeoutSeconds: probeTimeoutSeconds,
  });
  const client = createSqsClient({ requestTimeoutMilliseconds: 3_000, maxAttempts: 2 });
  const publisher = createPublisher({ client, queueUrl: config.queueUrl });
  const dispatcher = createDispatcher({
    db,
    async publish(message, leaseEndsAt) {
      await sendInSpan(message, (attributes) => publisher.publish({ body: message.body, attributes, leaseEndsAt }));
      count("gift.outbox.published", 1, { by: "api" });
    },
    maxPending,
    onLeftBehind: (_message, reason) => log("outbox.left_behind", errorFields(reason)),
  });
  let isDraining = false;
  const whyNotReady = createReadiness({ db: probed, isDraining: () => isDraining });
  const { authentication, areTestValuesAllowed, host, port } = config;
  const app = createApp({ db, dispatcher, log, authentication, areTestValuesAllowed, whyNotReady });
  const server = await listen(app, { host, port, log });
  const stopGauges = sampleGauges(pool.sample);

  return async () => {
    isDraining = true;
    server.announceClose();
    await pause(config.drainGraceSeconds * 1_000);
    await server.close(drainTimeoutMilliseconds);
    await Promise.race([dispatcher.flush(), pause(flushTimeoutMilliseconds, undefined, { ref: false })]);
    client.destroy();
    await stopGauges();
    await Promise.all([db.destroy(), probed.destroy()]);
  };
}
