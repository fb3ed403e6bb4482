import { generateKey } from "@gift/core/api-key/credential";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { describe, expect, test, vi } from "vitest";
import { issueKey } from "../support/api-key.ts";
import { useTestDatabase } from "../support/database.ts";
import { startSqs } from "../support/sqs.ts";
import { errorOf, useApi } from "./api.ts";
import { startApiProcess } from "./api-process.ts";
import { openConnection } from "./http.ts";
import { presentKey, secretOf, spellingsOf } from "./present-key.ts";

describe("the process", () => {
  const database = useTestDatabase();

  test("prints and answers no key, whatever is done with it", async () => {
    const proxy = await startTcpProxy(database.connection);
    const connection = { ...database.connection, port: proxy.port };
    const api = await startApiProcess({ connection, environment: { AUTH: "api-key", LOG_LEVEL: "debug" } });
    const [right, wrong] = [await issueKey(database.db), generateKey().key];
    const id = "00000000-0000-7000-8000-000000000000";
    const answers: string[] = [];
    const call = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
      const answer = await api.call(method, path, { headers, ...(body !== undefined && { body }) });
      answers.push(answer.text, JSON.stringify(Array.from(answer.headers)));
      return answer;
    };
    for (const key of [right.key, wrong]) await presentKey(call, key);
    // What fails unexpectedly or for want of a database is logged, with all that is known of it.
    await proxy.cut();
    for (const key of [right.key, wrong]) {
      const headers = { authorization: `Bearer ${key}`, "idempotency-key": key };
      await vi.waitFor(
        async () => expect((await call("GET", `/gifts/${id}/${key}`, headers)).status).toBe(503),
        15_000,
      );
      for (const text of spellingsOf(key)) await call("GET", `/gifts/${id}/${text}`, headers);
      await call("POST", `/gifts/${id}/send`, { ...headers, "idempotency-key": "key-1" });
    }
    const raw = await openConnection(api.port);
    raw.write(`GET /${right.key} HTTP/1.1\r\nauthorization Bearer ${right.key}\r\n\r\n`);
    answers.push(await raw.closed());
    await api.stop();
    expect(api.logs.filter(({ event }) => event === "http.unavailable").length).toBeGreaterThan(2);
    for (const key of [right.key, wrong]) {
      expect(api.output()).not.toContain(secretOf(key));
      expect(answers.join("\n")).not.toContain(secretOf(key));
    }
    // Where a key was put into the path, the log has its visible part.
    expect(api.output()).toContain(`${right.prefix}_…`);
    await proxy.close();
  }, 40_000);
});

describe("an API key as an idempotency key", () => {
  const api = useApi();

  test("is refused: it would be stored, logged, queued and answered", async () => {
    const { key } = generateKey();
    for (const header of [...spellingsOf(key), `"${key}"`, `order-${key}`]) {
      const giftId = await api.gift();
      const answer = await api.send(giftId, header);
      expect(errorOf(answer)).toEqual({
        status: 400,
        code: "VALIDATION_ERROR",
        message: "Idempotency-Key: must not be an API key",
      });
    }
    expect(await api.database.db.selectFrom("send_requests").select("gift_id").execute()).toEqual([]);
    expect(JSON.stringify(api.lines)).not.toContain(secretOf(key));
  });

  test("of a creation is not logged", async () => {
    const { key } = generateKey();
    expect((await api.create({ amount: 1 }, { "idempotency-key": key })).status).toBe(201);
    expect(api.lines).toMatchObject([{ event: "gift.created" }]);
    expect(JSON.stringify(api.lines)).not.toContain(secretOf(key));
  });
});

describe("what a key leaves behind", () => {
  const database = useTestDatabase();

  test("is in no table after a creation and a send", async () => {
    const sqs = await startSqs();
    const queueUrl = await sqs.createQueue("secrecy");
    const { key, headers } = await issueKey(database.db);
    const api = await startApiProcess({
      ...{ connection: database.connection, queueUrl },
      environment: { AUTH: "api-key", TEST_VALUES: "allowed" },
    });
    const created = await api.call("POST", "/gifts", {
      headers: { ...headers, "content-type": "application/json" },
      body: '{"amount":1,"message":"test:permanent"}',
    });
    const path = `/gifts/${created.json.gift_id}/send`;
    expect((await api.call("POST", path, { headers: { ...headers, "idempotency-key": "key-1" } })).status).toBe(202);
    await api.stop();
    const { rows: tables } = await sql<{ name: string }>`
      select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in ('public', 'simulated_provider')`.execute(database.db);
    expect(tables.length).toBeGreaterThan(7);
    for (const { name } of tables) {
      const { rows } = await sql`select to_jsonb(t)::text as row from ${sql.table(name)} t`.execute(database.db);
      expect(JSON.stringify(rows)).not.toContain(secretOf(key));
    }
    await sqs.close();
  });
});
