import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import type { SendOutcome } from "@gift/core/gift/request-send";
import { createRequestSendBatch } from "@gift/core/gift/request-send-batch";
import { createDispatcher } from "@gift/core/outbox/dispatcher";
import { createPublisher } from "@gift/queue/publisher";
import type { Log } from "@gift/telemetry/logger";
import { publishToDestination } from "@gift/worker/outbox/destination";
import type { ConsumerTuning } from "@gift/worker/role/consumer-role";
import { startDeadLettersRole } from "@gift/worker/role/dead-letters";
import { startGiftRole } from "@gift/worker/role/gift";
import { startOutboxRole } from "@gift/worker/role/outbox";
import type { Kysely } from "kysely";
import { createModelClient } from "../../support/sqs-model/client.ts";
import type { SqsModel } from "../../support/sqs-model/model.ts";
import type { LifecycleProgram, ProcessName } from "./program.ts";
import type { Provider } from "./provider.ts";

/** What all processes of a system share: the world outside them. */
export interface Outside {
  readonly program: LifecycleProgram;
  readonly model: SqsModel;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  readonly provider: Provider;
  readonly db: Kysely<Database>;
}

/** A process that runs: how to stop it, and for the API how to ask it. */
export interface Running {
  stop(): Promise<void>;
  send?(giftId: string, requestId: string): Promise<SendOutcome>;
}

const silent: Log = () => undefined;
const stopMilliseconds = 10_000;
/** As in production: one attempt of 3 s per call for whoever has a caller or a lease that waits. */
const publishing = { requestTimeoutMilliseconds: 3_000 };

/** The code of each process, wired as in production, with the model, the provider and Postgres at its other end. */
export const programs: { [Name in ProcessName]: (outside: Outside) => Promise<Running> } = {
  api({ model, queueUrl, db }) {
    const publisher = createPublisher({ client: createModelClient(model, publishing).client, queueUrl });
    const dispatcher = createDispatcher({
      db,
      publish: ({ body, attributes }, leaseEndsAt) => publisher.publish({ body, attributes, leaseEndsAt }),
      maxPending: 100,
    });
    const requestSend = createRequestSendBatch(db);
    return Promise.resolve({
      stop: () => dispatcher.flush(),
      async send(giftId, requestId) {
        const leaseEndsAt = performance.now() + 5_000;
        const outcome = await requestSend({ giftId, owner: "anybody", requestId, leaseSeconds: 5 });
        if (outcome.kind === "accepted") dispatcher.add(outcome.message, leaseEndsAt);
        return outcome;
      },
    });
  },

  outbox({ model, queueUrl, db }) {
    const publisher = createPublisher({ client: createModelClient(model, publishing).client, queueUrl });
    const publish = publishToDestination(new Map([["gift", publisher]]));
    const role = startOutboxRole({
      db,
      publish,
      queues: ["gift"],
      log: silent,
      batch: 500,
      intervalMilliseconds: 3_000,
      leaseSeconds: 30,
    });
    return Promise.resolve({ stop: () => role.stop(stopMilliseconds) });
  },

  "worker 1": startWorker,
  "worker 2": startWorker,

  async "dead letters"({ model, deadLettersUrl, db, program }) {
    const { client } = createModelClient(model);
    const tuning = { ...tuningOf(program), slots: 2, prefetch: 0, receivers: 1 };
    const options = { client, queueUrl: deadLettersUrl, db, log: silent, tuning, queue: "gift-dead-letters" };
    const role = await persistently(() => startDeadLettersRole(options));
    return { stop: () => role.stop(stopMilliseconds) };
  },
};

async function startWorker({ model, queueUrl, db, provider, program }: Outside): Promise<Running> {
  const { client } = createModelClient(model);
  const tuning = { ...tuningOf(program), maxReceiveCount: program.maxReceiveCount };
  const role = await persistently(() =>
    startGiftRole({ client, queueUrl, db, log: silent, tuning, sender: provider.sender }),
  );
  return { stop: () => role.stop(stopMilliseconds) };
}

function tuningOf({ slots, visibilityTimeoutSeconds }: LifecycleProgram): ConsumerTuning {
  return {
    slots,
    prefetch: 2,
    receivers: 2,
    waitTimeSeconds: 20,
    visibilityTimeoutSeconds,
    handlerTimeoutSeconds: 25,
    backoff: { baseSeconds: 2, factor: 2, capSeconds: 20 },
  };
}

/** A task whose start fails is started again by ECS. */
async function persistently<Started>(start: () => Promise<Started>): Promise<Started> {
  for (;;) {
    try {
      return await start();
    } catch {
      await sleep(1_000);
    }
  }
}
