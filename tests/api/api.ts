import { createApp } from "@gift/api/app";
import type { Dependencies } from "@gift/api/dependencies";
import { createReadiness } from "@gift/api/readiness";
import type { OutboxMessage } from "@gift/core/outbox/outbox.table";
import type { LogEventName } from "@gift/telemetry/log-event";
import { createLog } from "@gift/telemetry/logger";
import { beforeEach } from "vitest";
import { useTestDatabase } from "../support/database.ts";

/** The fields of all documents that the API answers with. Which of them one has is what a test is about. */
export interface AnswerDocument {
  readonly gift_id: string;
  readonly code: string;
  readonly message: string | null;
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly request_id?: string;
  readonly error: { readonly code: string; readonly message: string };
  readonly dead_letters: readonly { readonly dead_letter_id: string }[];
  readonly next: string | null;
  readonly changed: number;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws when it isn't. */
  readonly json: AnswerDocument;
}

/** One line as it would be printed. */
export interface Line {
  readonly event: LogEventName;
  readonly [field: string]: unknown;
}

/** The whole app without a socket, on a database of the file's own; what it logs and hands over is kept per test. */
export function useApi(
  options: Partial<Pick<Dependencies, "authentication" | "areTestValuesAllowed">> & {
    readonly isDraining?: () => boolean;
  } = {},
) {
  const database = useTestDatabase();
  const lines: Line[] = [];
  const dispatched: OutboxMessage[] = [];
  const log = createLog(
    { service: "api", level: "info" },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  beforeEach(() => {
    lines.length = 0;
    dispatched.length = 0;
  });
  let app: ReturnType<typeof createApp> | undefined;

  async function call(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    app ??= createApp({
      db: database.db,
      dispatcher: { add: (message) => void dispatched.push(message) },
      log,
      authentication: "none" as const,
      areTestValuesAllowed: false,
      whyNotReady: createReadiness({ db: database.db, isDraining: () => false, ...options }),
      ...options,
    });
    return answerOf(await app.handle(new Request(`http://api.test${path}`, { ...init, method })));
  }

  return {
    database,
    lines,
    dispatched,
    call,
    events: () => lines.map(({ event }) => event),
    create: (body: unknown, headers: Record<string, string> = {}) =>
      call("POST", "/gifts", {
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    /** Creates a gift and answers its id. */
    async gift(): Promise<string> {
      const { json } = await this.create({ amount: 100 });
      return json.gift_id;
    },
    send: (giftId: string, key?: string) =>
      call("POST", `/gifts/${giftId}/send`, { headers: key === undefined ? {} : { "idempotency-key": key } }),
    read: (giftId: string) => call("GET", `/gifts/${giftId}`),
  };
}

/** Reads a response to its end. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

/** What every error looks like. */
export function errorOf(answer: Answer): { status: number; code: string; message: string; requestId?: string } {
  const { error, request_id, ...rest } = answer.json;
  const { code, message, ...restOfError } = error;
  const unexpected = [...Object.keys(rest), ...Object.keys(restOfError)];
  if (unexpected.length > 0) throw new Error(`an error body must not have ${unexpected.join(", ")}`);
  const type = answer.headers.get("content-type");
  if (type !== "application/json") throw new Error(`an error body must be application/json and not ${type}`);
  return { status: answer.status, code, message, ...(request_id !== undefined && { requestId: request_id }) };
}
