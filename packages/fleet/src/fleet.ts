import type { ServiceDeclaration } from "./declaration.ts";
import { defineFleet } from "./define.ts";

const daySeconds = 86_400;

/**
 * Resident after 10,000 gifts: 115 to 140 MB, against 270 (worker) and 330 (API) with Node's defaults; CPU + 15 %. The
 * tracer adds 10 to 75 (API, 32 clients).
 */
const smallHeap = { oldSpaceMegabytes: 128, semiSpaceMegabytes: 4 };

/**
 * What runs; the infrastructure, the links and the local stack follow. Adding a worker is one entry here, its handler
 * and role, and the line that the compiler asks for (`packages/worker/src/worker.ts`).
 */
export const fleet = defineFleet({
  queues: {
    gift: {
      resource: "GiftQueue",
      visibilityTimeoutSeconds: 30,
      retentionSeconds: 4 * daySeconds,
      deadLetter: { queue: "gift-dead-letters", maxReceiveCount: 5 },
    },
    "gift-dead-letters": {
      resource: "GiftDeadLetters",
      visibilityTimeoutSeconds: 30,
      retentionSeconds: 14 * daySeconds,
    },
  },
  services: {
    api: {
      kind: "http",
      heap: smallHeap,
      port: 3000,
      loadBalancerIdleSeconds: 60,
      keepAliveSeconds: 65,
      publishes: ["gift"],
      stopTimeoutSeconds: 60,
      scaling: { targetCpuPercent: 60, targetRequestsPerTaskPerMinute: 12_000 },
    },
    gift: {
      kind: "consumer",
      heap: smallHeap,
      consumes: "gift",
      // A slot is mostly waiting. What is in hand at once shares statements: with 40 the worker's CPU per gift was 0.81
      // of sqs-consumer's at its best, which has 100 in hand as well, with 100 it is 0.58, and Postgres's is half.
      slots: 100,
      prefetch: 10,
      receivers: 4,
      waitTimeSeconds: 20,
      handlerTimeoutSeconds: 25,
      // 5, 15, 45, 135 s: a provider may be away for three minutes before its sends fail for good.
      backoff: { baseSeconds: 5, factor: 3, capSeconds: 900 },
      stopTimeoutSeconds: 60,
      scaling: { acceptableWaitSeconds: 60, secondsPerMessage: 0.05 },
    },
    outbox: {
      kind: "sweep",
      heap: smallHeap,
      publishes: ["gift"],
      intervalSeconds: 1,
      batch: 500,
      stopTimeoutSeconds: 30,
    },
    "dead-letters": {
      kind: "consumer",
      heap: smallHeap,
      consumes: "gift-dead-letters",
      slots: 4,
      prefetch: 0,
      receivers: 1,
      waitTimeSeconds: 20,
      handlerTimeoutSeconds: 25,
      // No dead-letter queue behind it: it tries until the database takes the record, at most every 5 minutes.
      backoff: { baseSeconds: 5, factor: 2, capSeconds: 300 },
      stopTimeoutSeconds: 60,
      scaling: { acceptableWaitSeconds: 300, secondsPerMessage: 0.05 },
    },
  },
});

export type QueueName = keyof typeof fleet.queues;
export type ServiceName = keyof typeof fleet.services;

/** The services that are roles of a worker process: what takes no requests. */
export type WorkerName = {
  [Name in ServiceName]: (typeof fleet.services)[Name]["kind"] extends "http" ? never : Name;
}[ServiceName];

const declared: Readonly<Record<string, ServiceDeclaration>> = fleet.services;

/** In the order of their declaration. */
export const workerNames: readonly WorkerName[] = Object.keys(declared).filter(
  (name): name is WorkerName => declared[name]?.kind !== "http",
);
