import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { type ApiProcess, startApiProcess } from "../api/api-process.ts";
import type { TestDatabase } from "../support/database.ts";
import type { StartedProcess } from "../support/process.ts";
import type { SqsServer } from "../support/sqs.ts";
import { tally } from "../worker/gifts.ts";
import { startWorkerProcess } from "../worker/worker-process.ts";
import { type Clients, startClients } from "./clients.ts";

export interface Load extends Pick<Clients, "rounds"> {
  readonly api: ApiProcess;
  /** Ends the clients, the API and the worker, and tells what they were answered and what they logged. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly statuses: ReadonlySet<number>;
  readonly slowestMilliseconds: number;
  /** Whatever the processes wouldn't have logged on a quiet day. */
  readonly alarms: readonly string[];
}

/** Clients of the real API and a worker, all of today's version. */
export async function startLoad(
  { connection, db }: Pick<TestDatabase, "connection" | "db">,
  sqs: SqsServer,
): Promise<Load> {
  const { queueUrl } = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
  const [api, worker] = await Promise.all([
    startApiProcess({ connection, queueUrl }),
    startWorkerProcess({ roles: "gift,outbox", connection, queues: { gift: queueUrl } }),
  ]);
  const clients = startClients({ count: 4, call: api.call });
  return {
    api,
    rounds: clients.rounds,
    async stop() {
      const { accepted, ...result } = await clients.stop();
      await expectAllSentOnce(db, accepted);
      await Promise.all([api.stop(), worker.stop()]);
      return { ...result, alarms: [...alarmsOf(api), ...alarmsOf(worker)] };
    },
  };
}

/** None lost, none doubled: not at the provider, not on its way, and without a second try. */
export async function expectAllSentOnce(db: TestDatabase["db"], accepted: number): Promise<void> {
  const unsent = { queued: 0, failed: 0, outbox: 0, attempts: accepted };
  const found = async () => ({
    ...(await tally(db)),
    outbox: (await db.selectFrom("outbox").select("id").execute()).length,
    attempts: (await db.selectFrom("send_attempts").select("id").execute()).length,
  });
  await expect
    .poll(found, { timeout: 10_000, interval: 50 })
    .toEqual({ ...unsent, sent: accepted, effects: accepted, mostEffectsPerKey: 1 });
}

export function alarmsOf({ logs }: Pick<StartedProcess, "logs">): string[] {
  return logs.filter(({ status }) => status !== "info" && status !== "debug").map((line) => JSON.stringify(line));
}
