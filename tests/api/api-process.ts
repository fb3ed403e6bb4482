import { freePort } from "@gift/local/free-port";
import type { TestDatabase } from "../support/database.ts";
import { linkedEnvironment, type ProcessOptions, type StartedProcess, startProcess } from "../support/process.ts";
import { type Answer, answerOf } from "./api.ts";

export interface ApiOptions {
  readonly connection: TestDatabase["connection"];
  /** Where nobody listens, when absent. */
  readonly queueUrl?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ApiProcess extends StartedProcess {
  readonly port: number;
  call(method: string, path: string, init?: RequestInit): Promise<Answer>;
  /** Creates a gift and answers its id. */
  gift(): Promise<string>;
  send(giftId: string, key?: string): Promise<Answer>;
}

/** How the real API is started as a child process. */
export function apiCommand(port: number, { connection, queueUrl, environment }: ApiOptions): ProcessOptions {
  return {
    entryPoint: "packages/api/src/main.ts",
    environment: {
      ...linkedEnvironment({ database: connection, ...(queueUrl !== undefined && { queues: { gift: queueUrl } }) }),
      HOST: "127.0.0.1",
      AUTH: "none",
      PORT: String(port),
      LOG_LEVEL: "info",
      ...environment,
    },
  };
}

/** Starts the real API and waits until it is ready. */
export async function startApiProcess(options: ApiOptions): Promise<ApiProcess> {
  const port = await freePort();
  const started = await startProcess(apiCommand(port, options));
  const call: ApiProcess["call"] = async (method, path, init = {}) =>
    answerOf(await fetch(`http://127.0.0.1:${port}${path}`, { ...init, method }));
  return {
    ...started,
    port,
    call,
    async gift() {
      const headers = { "content-type": "application/json" };
      return (await call("POST", "/gifts", { headers, body: '{"amount":1}' })).json.gift_id;
    },
    send: (giftId, key = "key-1") => call("POST", `/gifts/${giftId}/send`, { headers: { "idempotency-key": key } }),
  };
}
