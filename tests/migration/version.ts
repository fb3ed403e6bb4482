import { freePort } from "@gift/local/free-port";
import { type Answer, answerOf } from "../api/api.ts";
import { apiCommand } from "../api/api-process.ts";
import type { TestDatabase } from "../support/database.ts";
import { type ProcessOptions, type StartedProcess, startProcess } from "../support/process.ts";
import { workerCommand } from "../worker/worker-process.ts";

/** One version's processes, on a database and a queue that they may share with another's. */
export interface VersionOptions {
  readonly connection: TestDatabase["connection"];
  readonly queueUrl: string;
  /** Where its file of this name is; today's, unless told otherwise. */
  entryPoint?(path: string): string;
}

/** Starts the API, which asks for keys; it need not be ready. */
export async function startApi({ connection, queueUrl, entryPoint }: VersionOptions) {
  const port = await freePort();
  const command = apiCommand(port, { connection, queueUrl, environment: { AUTH: "api-key" } });
  const api = await startProcess(located(command, entryPoint));
  const call = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> =>
    answerOf(await fetch(`http://127.0.0.1:${port}${path}`, { ...init, method }));
  return { ...api, call };
}

/** Starts the worker in all its roles. */
export function startWorker({ connection, queueUrl, entryPoint }: VersionOptions): Promise<StartedProcess> {
  const command = workerCommand({ roles: "gift,outbox", connection, queues: { gift: queueUrl } });
  return startProcess(located(command, entryPoint));
}

function located(command: ProcessOptions, entryPoint: VersionOptions["entryPoint"]): ProcessOptions {
  return { ...command, entryPoint: entryPoint?.(command.entryPoint) ?? command.entryPoint };
}
