import { createApp } from "@gift/api/app";
import { readConfig } from "@gift/api/config";
import { openApiDocument } from "@gift/api/openapi/document";
import { generateKey } from "@gift/core/api-key/credential";
import { revokeApiKey } from "@gift/core/api-key/revoke";
import { openDatabase } from "@gift/core/database/database";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { describe, expect, test, vi } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { answerOf, errorOf, useApi } from "./api.ts";

const api = useApi({ authentication: "api-key" });
const id = "00000000-0000-7000-8000-000000000000";
const open = ["/healthz", "/readyz"];

/** Every operation of the document, and every route of the app that isn't in it; a new one is here by itself. */
const operations = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => [
    method.toUpperCase(),
    path.replace("{gift_id}", id).replace("{dead_letter_id}", "1"),
  ]),
);
const unlisted = createApp({
  ...{ db: openDatabase({ host: "", port: 0, database: "", user: "", maxConnections: 1, applicationName: "" }) },
  ...{ dispatcher: { add: () => undefined }, log: () => undefined, authentication: "api-key" as const },
  ...{ areTestValuesAllowed: false, whyNotReady: async () => undefined },
})
  .routes.map(({ method, path }) => [method, path])
  .filter(([, path = ""]) => path.startsWith("/docs") || path === "/openapi.json");
const closed = [...operations, ...unlisted, ["GET", "/there-is-no-such-route"], ["PURGE", "/gifts"]].filter(
  ([, path = ""]) => !open.includes(path),
);
const nothingIsStored = async () =>
  expect(await api.database.db.selectFrom("gifts").select("id").execute()).toEqual([]);

describe("where a stage asks for API keys, a request without a valid one", () => {
  test("there are operations to try", () => {
    expect(operations.length).toBeGreaterThan(8);
    expect(unlisted.length).toBeGreaterThan(6);
  });

  test.each(closed)(
    "is a 401 at %s %s that says how to authenticate, and nothing is read or stored",
    async (...route) => {
      const [method = "", path = ""] = route;
      const { key } = generateKey();
      for (const headers of [{}, { authorization: `Bearer ${key}` }, { authorization: "Bearer guessed" }]) {
        const answer = await api.call(method, path, { headers: { ...headers, "idempotency-key": "key-1" } });
        expect(errorOf(answer)).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
        expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      }
      await nothingIsStored();
    },
  );

  test.each(["/healthz", "/readyz"])("is let in at %s, for load balancers", async (path) => {
    expect((await api.call("GET", path)).status).toBe(200);
  });

  test.each([
    "/healthz/",
    "//healthz",
    "/gifts/../healthz/",
    "/healthz/../gifts",
    "/HEALTHZ",
    "/%68ealthz",
    "/readyz;x",
  ])("is not let in by a path that only looks like a health check: %s", async (path) =>
    expect((await api.call("GET", path)).status).toBe(401),
  );
});

describe("a key", () => {
  const gifts = (headers: Record<string, string>) =>
    api.call("POST", "/gifts", { headers: { "content-type": "application/json", ...headers }, body: '{"amount":1}' });

  test.each(["Bearer", "bearer", "BEARER"])("is presented as %s, and lets its client in", async (scheme) => {
    const { key } = await issueKey(api.database.db);
    const answer = await gifts({ authorization: `${scheme} ${key}` });
    expect(answer.status).toBe(201);
    expect(api.lines.at(-1)).toMatchObject({ event: "gift.created", client_id: "shop" });
  });

  test("that is unknown, mistyped, expired, revoked, someone's prefix or of operators gets the same answer, byte for byte", async () => {
    const db = api.database.db;
    const [right, revoked] = [await issueKey(db), await issueKey(db)];
    await revokeApiKey(db, { prefix: revoked.prefix, operator: "olga" });
    const other = generateKey().key;
    const before = (await api.database.db.selectFrom("gifts").select("id").execute()).length;
    const refused = [
      other,
      right.key.slice(0, -1),
      (await issueKey(db, { expiresAt: new Date(0) })).key,
      revoked.key,
      `gift_${right.prefix}${other.slice(13)}`,
      (await issueKey(db, { scopes: ["operator"] })).key,
    ];
    const answers = await Promise.all(refused.map((key) => gifts({ authorization: `Bearer ${key}` })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toHaveLength(1);
    expect(answers[0]?.status).toBe(401);
    expect((await api.database.db.selectFrom("gifts").select("id").execute()).length).toBe(before);
  });

  test.each([
    ["under another scheme", (key: string) => `Basic ${key}`],
    ["without a scheme", (key: string) => key],
    ["twice", (key: string) => `Bearer ${key}, Bearer ${key}`],
    ["with something behind it", (key: string) => `Bearer ${key} x`],
    ["in quotes", (key: string) => `Bearer "${key}"`],
  ])("%s is none", async (_name, authorization) => {
    const { key } = await issueKey(api.database.db);
    expect((await gifts({ authorization: authorization(key) })).status).toBe(401);
  });

  test("in the query, in a cookie or in another header is none", async () => {
    const { key } = await issueKey(api.database.db);
    const headers = { cookie: `authorization=Bearer ${key}`, "x-api-key": key, "proxy-authorization": `Bearer ${key}` };
    expect((await api.call("GET", `/gifts/${id}?authorization=Bearer%20${key}`, { headers })).status).toBe(401);
  });
});

describe("the check is waited for", () => {
  test("while the database takes its time over a wrong key, a POST has no effect, and is then a 401", async () => {
    const { db } = api.database;
    const before = await db.selectFrom("gifts").select("id").execute();
    const trx = await db.startTransaction().execute();
    await sql`lock table api_keys in access exclusive mode`.execute(trx);
    const { key } = generateKey();
    let isAnswered = false;
    const answering = api
      .call("POST", "/gifts", {
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: '{"amount":1}',
      })
      .finally(() => {
        isAnswered = true;
      });
    await vi.waitFor(async () => {
      const { rows } = await sql`
        select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%api_keys%'`.execute(db);
      expect(rows).toHaveLength(1);
    }, 5_000);
    // Whatever didn't wait for the lock has had its turn: each of these statements takes a round trip.
    for (let round = 0; round < 20; round += 1) await sql`select`.execute(db);
    expect(await db.selectFrom("gifts").select("id").execute()).toEqual(before);
    expect(isAnswered).toBe(false);
    await trx.rollback().execute();
    expect((await answering).status).toBe(401);
    expect(await db.selectFrom("gifts").select("id").execute()).toEqual(before);
    expect(api.dispatched).toEqual([]);
  });
});

describe("while Postgres is away", () => {
  test("nobody passes: a 503 for right and wrong keys alike, until it is back", async () => {
    const right = await issueKey(api.database.db);
    const proxy = await startTcpProxy(api.database.connection);
    const db = openDatabase({
      ...{ ...api.database.connection, port: proxy.port },
      ...{ maxConnections: 2, applicationName: "away", onConnectionLost: () => undefined },
    });
    const app = createApp({
      ...{ db, dispatcher: { add: () => undefined }, log: () => undefined, authentication: "api-key" as const },
      ...{ areTestValuesAllowed: false, whyNotReady: async () => undefined },
    });
    const call = async (headers: Record<string, string>) =>
      answerOf(await app.handle(new Request("http://api.test/openapi.json", { headers })));
    await proxy.cut();
    for (const headers of [right.headers, { authorization: `Bearer ${generateKey().key}` }]) {
      const answer = await call(headers);
      expect(errorOf(answer)).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
      expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    }
    // What is no key at all needs no database to be refused.
    expect((await call({ authorization: "Bearer guessed" })).status).toBe(401);
    await proxy.mend();
    expect((await call(right.headers)).status).toBe(200);
    await db.destroy();
    await proxy.close();
  });
});

test("AUTH is none or api-key; anything else is refused in a sentence", () => {
  expect(() => readConfig({ AUTH: "basic" }, {})).toThrow(/AUTH: .*, but it is "basic"/);
});
