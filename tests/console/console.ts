import { randomUUID } from "node:crypto";
import type { Config } from "@gift/console/config";
import { startConsole } from "@gift/console/service";
import { onTestFinished } from "vitest";
import type { TestDatabase } from "../support/database.ts";
import type { SqsServer } from "../support/sqs.ts";
import { type CapturedLog, captureLog } from "../worker/captured-log.ts";

/** A running console of one test's own. */
export interface RunningConsole {
  readonly origin: string;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  readonly log: CapturedLog;
  /** How many live pages are open. */
  watchers(): number;
  /** Asks for a page and follows nothing. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  /** Sends a form as the browser would, unless the headers say otherwise. */
  post(
    path: string,
    fields: readonly (readonly [string, string])[],
    headers?: Readonly<Record<string, string>>,
  ): Promise<Page>;
  /** The token that this visitor's forms carry. */
  token(headers?: Readonly<Record<string, string>>): Promise<string>;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Starts a console on a free port; it ends with the test. */
export async function runConsole(
  connection: TestDatabase["connection"],
  sqs: SqsServer,
  settings: Partial<Pick<Config, "key" | "database" | "queueUrl">> = {},
): Promise<RunningConsole> {
  const { host, port, database, user } = connection;
  const { queueUrl, deadLettersUrl } = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
  const log = captureLog();
  const console = await startConsole(
    {
      host: "127.0.0.1",
      port: 0,
      logLevel: "info",
      key: undefined,
      operator: "olga",
      stage: "test",
      database: { host, port, database, username: user, auth: "password", password: "" },
      queueUrl,
      deadLettersUrl,
      ...settings,
    },
    log.log,
  );
  onTestFinished(() => console.stop());
  const origin = `http://127.0.0.1:${console.port}`;
  const ask = async (path: string, init: RequestInit): Promise<Page> => {
    const res = await fetch(origin + path, { redirect: "manual", ...init });
    return { status: res.status, headers: res.headers, text: await res.text() };
  };
  const get: RunningConsole["get"] = (path, headers = {}) =>
    ask(path, { headers: { accept: "text/html", ...headers } });
  return {
    origin,
    queueUrl,
    deadLettersUrl,
    log,
    watchers: console.watchers,
    get,
    post: (path, fields, headers = {}) =>
      ask(path, {
        method: "POST",
        headers: { origin, ...headers },
        body: new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])),
      }),
    async token(headers) {
      const { text } = await get("/dead-letters/discard?id=1", headers);
      return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? "";
    },
  };
}
