import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { type ApiProcess, startApiProcess } from "../api/api-process.ts";
import type { TestDatabase } from "../support/database.ts";
import type { StartedProcess } from "../support/process.ts";
import type { SqsServer } from "../support/sqs.ts";
import { tally } from "../worker/gifts.ts";
import { startWorkerProcess } from "../worker/worker-process.ts";

export interface Load {
  readonly api: ApiProcess;
  /** Resolves once every client has seen so many gifts more become SENT. */
  rounds(count: number): Promise<void>;
  /** Ends the clients, the API and the worker, and tells what they were answered and what they logged. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly statuses: ReadonlyMap<number, number>;
  readonly slowestMilliseconds: number;
  /** Whatever the processes wouldn't have logged on a quiet day. */
  readonly alarms: readonly string[];
}

/** Clients of the real API that create, send, replay and read until their gift is SENT, without a pause until they are stopped. */
export async function startLoad(
  { connection, db }: Pick<TestDatabase, "connection" | "db">,
  sqs: SqsServer,
  clients = 4,
): Promise<Load> {
  const { queueUrl } = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
  const [api, worker] = await Promise.all([
    startApiProcess({ connection, queueUrl }),
    startWorkerProcess({ roles: "gift,outbox", connection, queues: { gift: queueUrl } }),
  ]);
  const statuses = new Map<number, number>();
  const rounds = createRounds(clients);
  let slowestMilliseconds = 0;
  let isStopping = false;

  async function call(method: string, path: string, init?: RequestInit) {
    const startedAt = performance.now();
    const answer = await api.call(method, path, init);
    slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - startedAt);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    return answer;
  }

  async function client(index: number): Promise<void> {
    while (!isStopping) {
      const json = { "content-type": "application/json" };
      const created = await call("POST", "/gifts", { headers: json, body: '{"amount":1}' });
      const path = created.headers.get("location") ?? "/nowhere";
      const headers = { "idempotency-key": "key-1" };
      await call("POST", `${path}/send`, { headers });
      await call("POST", `${path}/send`, { headers });
      await expect
        .poll(async () => (await call("GET", path)).json.status, { timeout: 30_000, interval: 10 })
        .toBe("SENT");
      rounds.done(index);
    }
  }
  const running = Promise.all(Array.from({ length: clients }, (_, index) => client(index)));

  return {
    api,
    rounds: (count) => Promise.race([rounds.more(count), running.then(() => undefined)]),
    async stop() {
      isStopping = true;
      await running;
      await expectAllSentOnce(db, statuses.get(202) ?? 0);
      await Promise.all([api.stop(), worker.stop()]);
      return { statuses, slowestMilliseconds, alarms: [...alarmsOf(api), ...alarmsOf(worker)] };
    },
  };
}

/** Counts what each of some has done, and tells when all have done so much more. */
export function createRounds(clients: number) {
  const counts = Array<number>(clients).fill(0);
  const waiting = new Set<() => void>();
  return {
    done(index: number): void {
      counts[index] = (counts[index] ?? 0) + 1;
      for (const look of waiting) look();
    },
    more(count: number): Promise<void> {
      const goals = counts.map((done) => done + count);
      return new Promise((resolve) => {
        const look = () => {
          if (goals.some((goal, index) => (counts[index] ?? 0) < goal)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
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
