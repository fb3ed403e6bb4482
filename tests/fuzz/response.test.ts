import { createGift } from "@gift/core/gift/create";
import { startTcpProxy, type TcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { operations, violationsOf } from "./contract.ts";
import { type FiredAt, startFiredAt } from "./fired-at.ts";
import { exchange } from "./wire.ts";

const healthChecks = ["healthz", "readyz"];
const mediaType = "content-type: application/json";
const unknownGift = "00000000-0000-7000-8000-000000000000";

let fired: FiredAt;
let proxy: TcpProxy;
/** Sent by no other test. */
let freshGiftId: string;
/** One whose limit is used up by its first request. */
let limited: { client: string; operator: string };

beforeAll(async () => {
  // Cut between the process and its database, which tests go on to reach.
  proxy = await startTcpProxy(inject("postgres"));
  fired = await startFiredAt("api-key", { port: proxy.port });
  freshGiftId = (await createGift(fired.database.db, { amount: 1, message: null, clientId: "shop" })).id;
  const sent = { headers: { authorization: fired.keys.client, "idempotency-key": "key-1" } };
  expect((await fired.api.call("POST", `/gifts/${fired.giftId}/send`, sent)).status).toBe(202);
  const limit = { rateLimitPerMinute: 1 };
  const client = await issueKey(fired.database.db, { ...limit, clientId: "eager" });
  const operator = await issueKey(fired.database.db, { ...limit, clientId: "hasty", scopes: ["operator"] });
  limited = { client: client.headers.authorization, operator: operator.headers.authorization };
});
afterAll(async () => {
  await fired.stop();
  await proxy.close();
});

interface Call {
  readonly target: string;
  readonly lines?: readonly string[];
  readonly body?: string;
  /** Instead of the right one; "" is none. */
  readonly key?: string;
}

type Provoke = (call: () => Promise<number>) => Promise<number>;

interface Provocation {
  readonly call: () => Call;
  /** What is done around it; nothing unless given. */
  readonly around?: Provoke;
  /** Whether an earlier answer may be given for a second more. */
  readonly isLate?: boolean;
}

/** How an operation is asked properly. */
const proper: Readonly<Record<string, () => Call>> = {
  createGift: () => ({ target: "/gifts", lines: [mediaType], body: '{"amount":1}' }),
  getGift: () => ({ target: `/gifts/${fired.giftId}` }),
  sendGift: () => ({ target: `/gifts/${fired.giftId}/send`, lines: ["idempotency-key: key-1"] }),
  listDeadLetters: () => ({ target: "/operator/dead-letters" }),
  showDeadLetter: () => ({ target: `/operator/dead-letters/${fired.letterId}` }),
  redriveDeadLetters: () => selection("redrive"),
  discardDeadLetters: () => selection("discard"),
  healthz: () => ({ target: "/healthz" }),
  readyz: () => ({ target: "/readyz" }),
};

function selection(verb: string): Call {
  return { target: `/operator/dead-letters/${verb}`, lines: [mediaType], body: '{"filter":{},"dry_run":true}' };
}

/** What differs from operation to operation: `operationId status`. */
const special: Readonly<Record<string, () => Call>> = {
  "getGift 404": () => ({ target: `/gifts/${unknownGift}` }),
  "sendGift 404": () => ({ ...properly("sendGift"), target: `/gifts/${unknownGift}/send` }),
  "showDeadLetter 404": () => ({ target: "/operator/dead-letters/999999" }),
  "sendGift 202": () => ({ ...properly("sendGift"), target: `/gifts/${freshGiftId}/send` }),
  "sendGift 409": () => ({ ...properly("sendGift"), lines: ["idempotency-key: key-2"] }),
};

const properly = (operationId: string): Call => proper[operationId]?.() ?? { target: "" };

/** Every (operation, status) of the document, and how to get it: a pair that can't be provoked has no row and fails. */
function provocationOf(operationId: string, status: number): Provocation | undefined {
  const call = special[`${operationId} ${status}`] ?? proper[operationId];
  const change = (difference: Partial<Call>) => ({ call: () => ({ ...properly(operationId), ...difference }) });
  if (!call) return undefined;
  if (operationId === "readyz" && status >= 500)
    return { call, around: status === 503 ? whileCut : whileRenamed, isLate: true };
  if (status < 300 || status === 404 || status === 409) return { call };
  if (status === 400) return change({ lines: [mediaType, "no header"] });
  if (status === 401) return change({ key: "" });
  if (status === 413) return change({ lines: [`x: ${"x".repeat(17_000)}`] });
  if (status === 415) return change({ lines: ["content-type: text/plain"] });
  if (status === 429) return { call, around: (again) => again().then(again) };
  if (status === 503) return { call, around: whileCut };
  return status === 500 ? { call, around: whileRenamed } : undefined;
}

const whileCut: Provoke = async (call) => {
  await proxy.cut();
  return await call().finally(() => proxy.mend());
};

/** What no correct deploy does: the tables aren't what the statements say. */
const whileRenamed: Provoke = async (call) => {
  await apply(sql`alter table gifts rename to gone`, sql`alter table dead_letters rename to lost`);
  await apply(sql`alter table kysely_migration rename column name to title`);
  return await call().finally(() =>
    apply(
      ...[sql`alter table gone rename to gifts`, sql`alter table lost rename to dead_letters`],
      sql`alter table kysely_migration rename column title to name`,
    ),
  );
};

async function apply(...statements: readonly ReturnType<typeof sql>[]): Promise<void> {
  for (const statement of statements) await statement.execute(fired.database.db);
}

const pairs = operations.flatMap((operation) =>
  Object.keys(operation.responses).map((status) => ({ ...operation, status: Number(status) })),
);

describe("every documented response comes from the real process, exactly as documented", () => {
  test.each(pairs)("$operationId $status", async ({ operationId, method, status }) => {
    const provocation = provocationOf(operationId, status);
    if (!provocation) throw new Error(`nothing provokes ${operationId} ${status}: document it no longer, or say how`);
    const { call, around = (once) => once(), isLate } = provocation;
    const isOperator = call().target.startsWith("/operator");
    const keys = status === 429 ? limited : fired.keys;
    const once = async () => {
      const { target, lines = [], body = "", key = isOperator ? keys.operator : keys.client } = call();
      const own = [`${method} ${target} HTTP/1.1`, "host: api", `content-length: ${Buffer.byteLength(body)}`];
      const signed = key === "" || healthChecks.includes(operationId) ? own : [...own, `authorization: ${key}`];
      const bytes = Buffer.from(`${[...signed, ...lines].join("\r\n")}\r\n\r\n${body}`);
      const answer = await exchange(fired.api.port, { method, bytes });
      if (!answer) throw new Error("the connection was closed without an answer");
      expect(violationsOf(method, target, answer)).toEqual([]);
      return answer.status;
    };
    // A connection that broke while idle may be found out by the first request that uses it.
    await vi.waitFor(async () => expect((await fired.api.call("GET", "/readyz")).status).toBe(200), 10_000);
    const soon = () => expect.poll(once, { timeout: 3_000, interval: 100 }).toBe(status);
    if (isLate) await around(() => soon().then(() => status));
    else expect(await around(once)).toBe(status);
  });
});
