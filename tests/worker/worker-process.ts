import type { TestDatabase } from "../support/database.ts";
import { linkedEnvironment, type ProcessOptions, type StartedProcess, startProcess } from "../support/process.ts";

export interface WorkerOptions {
  readonly roles: string;
  readonly connection: TestDatabase["connection"];
  /** Queue URLs that the child can reach. */
  readonly queues?: { readonly gift?: string; readonly "gift-dead-letters"?: string };
  readonly environment?: Readonly<Record<string, string>>;
}

/** How the real worker is started as a child process: no failures, short polls, quick retries. */
export function workerCommand(options: WorkerOptions): ProcessOptions {
  return {
    entryPoint: "packages/worker/src/main.ts",
    environment: {
      ...linkedEnvironment({ database: options.connection, queues: options.queues ?? {} }),
      ROLES: options.roles,
      FAILURE_RATE: "0",
      WAIT_TIME_SECONDS: "1",
      RETRY_BASE_SECONDS: "0",
      TEST_VALUES: "allowed",
      LOG_LEVEL: "info",
      ...options.environment,
    },
  };
}

/** Starts the real worker and waits until it is ready. */
export function startWorkerProcess(options: WorkerOptions): Promise<StartedProcess> {
  return startProcess(workerCommand(options));
}
