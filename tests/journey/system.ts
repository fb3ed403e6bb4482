import { randomUUID } from "node:crypto";
import { freePort } from "@gift/local/free-port";
import { type SqsProxy, startSqsProxy } from "@gift/rehearsal/system/sqs-proxy";
import { onTestFinished } from "vitest";
import type { TestDatabase } from "../support/database.ts";
import { linkedEnvironment, type StartedProcess, startProcess } from "../support/process.ts";
import type { SqsServer } from "../support/sqs.ts";

/** The real processes of one test: they share a database and queues, and end with the test at the latest. */
export interface System {
  readonly apiUrl: string;
  readonly queueUrl: string;
  /** Between the API and SQS. */
  readonly apiSqs: SqsProxy;
  /** Between the workers and SQS. */
  readonly workerSqs: SqsProxy;
  startApi(environment?: Record<string, string>): Promise<StartedProcess>;
  startWorker(roles: string, environment?: Record<string, string>): Promise<StartedProcess>;
}

/** Queues of the test's own, and entry points that are started against them when the test says so. */
export async function createSystem(connection: TestDatabase["connection"], sqs: SqsServer): Promise<System> {
  const { queueUrl, deadLettersUrl } = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
  const apiSqs = await startSqsProxy(sqs.origin);
  const workerSqs = await startSqsProxy(sqs.origin);
  workerSqs.hideFor(2);
  const port = await freePort();
  const started: StartedProcess[] = [];
  onTestFinished(async () => {
    for (const each of started) each.kill("SIGKILL");
    await Promise.all(started.map((each) => each.exited));
    await Promise.all([apiSqs.close(), workerSqs.close()]);
  });

  async function start(entryPoint: string, proxy: SqsProxy, environment: Record<string, string>) {
    const queues = { gift: proxy.through(queueUrl), "gift-dead-letters": proxy.through(deadLettersUrl) };
    const each = await startProcess({
      entryPoint,
      environment: { ...linkedEnvironment({ database: connection, queues }), TEST_VALUES: "allowed", ...environment },
    });
    started.push(each);
    return each;
  }

  return {
    apiUrl: `http://127.0.0.1:${port}`,
    queueUrl,
    apiSqs,
    workerSqs,
    startApi: (environment = {}) =>
      start("packages/api/src/main.ts", apiSqs, {
        PORT: String(port),
        HOST: "127.0.0.1",
        AUTH: "none",
        ...environment,
      }),
    startWorker: (roles, environment = {}) =>
      start("packages/worker/src/main.ts", workerSqs, {
        ROLES: roles,
        FAILURE_RATE: "0",
        WAIT_TIME_SECONDS: "1",
        RETRY_BASE_SECONDS: "0",
        ...environment,
      }),
  };
}
