import { randomUUID } from "node:crypto";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { ConsumerTuning } from "@gift/worker/role/consumer-role";
import { startDeadLettersRole } from "@gift/worker/role/dead-letters";
import { startGiftRole } from "@gift/worker/role/gift";
import type { SimulatedSenderOptions } from "@gift/worker/sender/simulated-sender";
import { afterAll, afterEach } from "vitest";
import type { TestDatabase } from "../support/database.ts";
import type { SqsServer } from "../support/sqs.ts";
import { captureLog } from "./captured-log.ts";
import { openProvider } from "./provider.ts";

/** Short waits and no backoff: a retry is back at once. */
export const quick: ConsumerTuning = {
  slots: 10,
  prefetch: 0,
  receivers: 1,
  waitTimeSeconds: 1,
  visibilityTimeoutSeconds: 2,
  handlerTimeoutSeconds: 10,
  backoff: { baseSeconds: 0, factor: 1, capSeconds: 0 },
};

export interface World {
  readonly database: Pick<TestDatabase, "db" | "connection">;
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
}

/** Queues of a test's own: five receives, then the dead-letter queue. */
export async function createWorld(database: World["database"], sqs: SqsServer): Promise<World> {
  const queues = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
  return { database, client: sqs.client, ...queues };
}

/** Ends of what tests started. A stop waits for the open poll; the next test needn't. */
const ends: (() => Promise<void>)[] = [];
const ending: Promise<void>[] = [];

/** Stops every role that a test of this file starts. Call it after what the roles need, so that it is undone before. */
export function useRoles(): void {
  afterEach(() => void ending.push(...ends.splice(0).map((end) => end())));
  afterAll(async () => {
    await Promise.all(ending.splice(0));
  });
}

/** Starts the gift role for the length of a test. */
export async function runGiftRole(
  { database, client, queueUrl }: World,
  options: { tuning?: Partial<ConsumerTuning>; provider?: Partial<Omit<SimulatedSenderOptions, "db">> } = {},
) {
  const captured = captureLog();
  const sender = openProvider(database.connection, options.provider);
  const tuning = { ...quick, maxReceiveCount: 5, ...options.tuning };
  const role = await startGiftRole({ client, queueUrl, db: database.db, log: captured.log, tuning, sender });
  ends.push(async () => {
    await role.stop(5_000);
    await sender.close();
  });
  return { ...captured, role };
}

/** Starts the dead-letters role for the length of a test. */
export async function runDeadLettersRole({ database, client, deadLettersUrl: queueUrl }: World) {
  const captured = captureLog();
  const options = { client, queueUrl, db: database.db, log: captured.log, tuning: quick, queue: "gift-dead-letters" };
  const role = await startDeadLettersRole(options);
  ends.push(() => role.stop(5_000));
  return { ...captured, role };
}
