import { generateKey } from "@gift/core/api-key/credential";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Call, presentKey, secretOf } from "../api/present-key.ts";
import { issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";
import { endSessions } from "../support/row-lock.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createTracedSystem } from "../telemetry/traced-system.ts";
import { call, sendGift, statusOf } from "./client.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const message = "für Anna, von Ewald";
const poll = { timeout: 30_000, interval: 50 };

test("no line, span or metric of a gift's life, good or bad, has its code or its message", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const environment = { LOG_LEVEL: "debug" };
  const processes = await Promise.all([
    system.startApi(environment),
    system.startWorker("gift,outbox,dead-letters", { ...environment, FAILURE_RATE: "0.7" }),
  ]);
  const { apiUrl } = system;
  const gifts = await Promise.all(Array.from({ length: 8 }, () => sendGift(apiUrl, message)));
  const ended = async () => {
    const statuses = await Promise.all(gifts.map(({ giftId }) => statusOf(apiUrl, giftId)));
    return statuses.every((status) => status === "SENT" || status === "FAILED");
  };
  await expect.poll(ended, poll).toBe(true);
  for (const { giftId } of gifts) await call("POST", `${apiUrl}/gifts/${giftId}/send`, { key: "another" });
  await call("POST", `${apiUrl}/gifts`, { body: { amount: "much", message } });
  await call("POST", `${apiUrl}/gifts`, { body: { amount: 1, message: message.repeat(100) } });
  await call("POST", `${apiUrl}/gifts?message=${encodeURIComponent(message)}`, { body: { amount: 1 } });
  // What Postgres says of a statement that it ends must not quote the statement's values.
  const broken = Array.from({ length: 20 }, () => call("POST", `${apiUrl}/gifts`, { body: { amount: 1, message } }));
  await endSessions(database.db, "api");
  await Promise.all(broken);

  const rows = await database.db.selectFrom("gifts").select(["code", "status"]).execute();
  expect(new Set(rows.map(({ status }) => status)).has("SENT")).toBe(true);
  const told = [...processes.map((each) => each.output()), JSON.stringify([system.agent.spans, system.agent.points])];
  const everything = told.join("\n");
  expect(everything).toContain("send.sent");
  expect(everything).toContain("send.conflicted");
  expect(everything).not.toMatch(/Anna|Ewald|%2C%20von/);
  expect(rows.filter(({ code }) => everything.includes(code))).toEqual([]);
}, 60_000);

test("no line, span, metric, message or row of a traced system has a key, wherever a client put it, whole or in part", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const environment = { LOG_LEVEL: "debug", AUTH: "api-key" };
  const processes = await Promise.all([
    system.startApi(environment),
    system.startWorker("gift,outbox,dead-letters", { LOG_LEVEL: "debug" }),
  ]);
  const [right, wrong] = [await issueKey(database.db), generateKey().key];
  const answers: string[] = [];
  const request: Call = async (method, path, headers, body) => {
    const res = await fetch(system.apiUrl + path, { method, headers, ...(body !== undefined && { body }) });
    answers.push(await res.text(), JSON.stringify(Array.from(res.headers)));
    return res;
  };
  for (const key of [right.key, wrong]) await presentKey(request, key);
  // A send, so that the worker's side has something to tell.
  const json = { ...right.headers, "content-type": "application/json" };
  await request("POST", "/gifts", json, '{"amount":1}');
  const { id } = await database.db
    .selectFrom("gifts")
    .select("id")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirstOrThrow();
  expect(await request("POST", `/gifts/${id}/send`, { ...right.headers, "idempotency-key": "key-1" })).toMatchObject({
    status: 202,
  });
  const spanOf = (name: string) =>
    system.agent.until(() => system.agent.spans.find((span) => span.name === name && span.meta.gift_id === id));
  await spanOf("web.request");
  await spanOf("sqs.process");
  await Promise.all(processes.map((each) => each.stop()));

  const told = [...processes.map((each) => each.output()), JSON.stringify([system.agent.spans, system.agent.points])];
  const everything = [...told, ...answers, await allRows()].join("\n");
  for (const key of [right.key, wrong]) expect(around(everything, secretOf(key))).toEqual([]);
  // Of a path that had one, the span has the visible part.
  for (const visible of [right.prefix, wrong.slice(5, 13)])
    expect(system.agent.spans.map(({ meta }) => meta["http.url"])).toContain(`/gifts/gift_${visible}_…`);
  expect(system.agent.points.length).toBeGreaterThan(0);
}, 60_000);

/** Where a text has another, with what is before it. */
function around(text: string, part: string): string[] {
  return text
    .split(part)
    .slice(0, -1)
    .map((before) => before.slice(-200));
}

async function allRows(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname in ('public', 'simulated_provider')`.execute(database.db);
  const rows = tables.map(({ name }) =>
    sql`select to_jsonb(t)::text as row from ${sql.table(name)} t`.execute(database.db),
  );
  return JSON.stringify(await Promise.all(rows));
}
