import { createApp } from "@gift/api/app";
import type { Dependencies } from "@gift/api/dependencies";
import { createReadiness } from "@gift/api/readiness";
import { type Database, openDatabase } from "@gift/core/database/database";
import { createGift } from "@gift/core/gift/create";
import { startTcpProxy, type TcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { lockRow } from "../support/row-lock.ts";
import { type Answer, answerOf, errorOf, useApi } from "./api.ts";
import { rowsOf } from "./rows.ts";

const api = useApi();
const lines: { event: string; fields: unknown }[] = [];
let proxy: TcpProxy;
let db: Kysely<Database>;
let call: (method: string, path: string, headers?: Record<string, string>, body?: string) => Promise<Answer>;

beforeAll(async () => {
  proxy = await startTcpProxy(api.database.connection);
  db = openDatabase({
    ...{ ...api.database.connection, port: proxy.port },
    ...{ maxConnections: 4, applicationName: "behind a proxy", onConnectionLost: () => undefined },
  });
  const log: Dependencies["log"] = (event, fields) => void lines.push({ event, fields });
  const app = createApp({
    ...{ db, dispatcher: { add: () => undefined }, log },
    ...{ authentication: "none" as const, areTestValuesAllowed: false },
    whyNotReady: createReadiness({ db, isDraining: () => false }),
  });
  call = async (method, path, headers = {}, body) =>
    answerOf(
      await app.handle(new Request(`http://api.test${path}`, { method, headers, ...(body !== undefined && { body }) })),
    );
});
beforeEach(async () => {
  await proxy.mend();
  lines.length = 0;
});
afterAll(async () => {
  await proxy.close();
  await db.destroy();
});

/** What was said a second ago is said again. */
const soon = { timeout: 3_000, interval: 100 };
const json = { "content-type": "application/json" };

describe("while Postgres is away", () => {
  test.each([
    ["POST", "/gifts", { ...json, "idempotency-key": "key-1" }, '{"amount":1}'],
    ["POST", "/gifts/00000000-0000-7000-8000-000000000000/send", { "idempotency-key": "key-1" }, undefined],
    ["GET", "/gifts/00000000-0000-7000-8000-000000000000", { "idempotency-key": "key-1" }, undefined],
  ])("%s %s is a 503 with Retry-After, logged once with its cause", async (method, path, headers, body) => {
    await proxy.cut();
    const answer = await call(method, path, headers, body);
    expect(errorOf(answer)).toEqual({
      status: 503,
      code: "SERVICE_UNAVAILABLE",
      message: expect.stringMatching(/^the database doesn't answer now/),
      requestId: "key-1",
    });
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(lines).toEqual([
      {
        event: "http.unavailable",
        fields: expect.objectContaining({ request_id: "key-1", error_code: "ECONNREFUSED" }),
      },
    ]);
  });

  test("readyz says why, healthz doesn't mind, and both recover with it", async () => {
    const readyz = async () => {
      const { status, text } = await call("GET", "/readyz");
      return `${status} ${text}`;
    };
    expect(await readyz()).toBe('200 {"status":"ready"}');
    await proxy.cut();
    await expect.poll(readyz, soon).toBe('503 {"status":"not_ready","reason":"database_unreachable"}');
    expect((await call("GET", "/healthz")).status).toBe(200);
    await proxy.mend();
    await expect.poll(readyz, soon).toBe('200 {"status":"ready"}');
    expect((await call("POST", "/gifts", json, '{"amount":1}')).status).toBe(201);
    expect(lines.map(({ event }) => event)).toEqual(["gift.created"]);
  });

  test("a request that is refused for what it says is still a 400", async () => {
    await proxy.cut();
    expect((await call("POST", "/gifts", json, "{}")).status).toBe(400);
    expect((await call("GET", "/gifts/x")).status).toBe(400);
  });
});

describe("a connection that breaks in the middle of requests", () => {
  test("answers every one of them, and a retry under the same key ends in one send", async () => {
    const giftIds = await Promise.all(Array.from({ length: 20 }, () => api.gift()));
    const send = (giftId: string) => call("POST", `/gifts/${giftId}/send`, { "idempotency-key": "key-1" });
    const sendUntilAnswered = async (giftId: string) => {
      const answer = await send(giftId);
      expect(answer.status).not.toBe(503);
      return answer;
    };
    const underway = giftIds.map(send);
    await Promise.race(underway);
    await proxy.cut();
    const first = await Promise.all(underway);
    expect(first.every(({ status }) => status === 202 || status === 503)).toBe(true);
    await proxy.mend();
    // A connection that broke while idle may be found out by the first that uses it: one more 503, one more retry.
    const second = await Promise.all(giftIds.map((giftId) => vi.waitFor(() => sendUntilAnswered(giftId), 10_000)));
    // A 503 whose statement was committed after all is a replay now.
    expect(second.every(({ status }) => status === 200 || status === 202)).toBe(true);
    for (const [index, giftId] of giftIds.entries()) {
      const { requests, outbox } = await rowsOf(api.database.db, giftId);
      expect([requests.length, outbox.length]).toEqual([1, 1]);
      expect(second[index]?.text).toBe(requests[0]?.response_body);
    }
  });
});

test("a send that waits too long for its gift's lock is a 503, and nothing is stored", async () => {
  const giftId = (await createGift(api.database.db, { amount: 1, message: null })).id;
  const lock = await lockRow(api.database.connection, "gifts", giftId);
  const answer = await call("POST", `/gifts/${giftId}/send`, { "idempotency-key": "key-1" });
  expect(errorOf(answer)).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
  expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  await lock.release();
  expect(
    await api.database.db.selectFrom("send_requests").select("gift_id").where("gift_id", "=", giftId).execute(),
  ).toEqual([]);
});
