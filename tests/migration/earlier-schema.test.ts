import { generateKey } from "@gift/core/api-key/credential";
import { migrate } from "@gift/core/migration/migrate";
import { migrations, newestMigration } from "@gift/core/migration/migrations";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Answer } from "../api/api.ts";
import { type ApiProcess, startApiProcess } from "../api/api-process.ts";
import { databaseAt } from "./database-at.ts";

const earlier = Object.keys(migrations).slice(0, -1);
const giftId = "00000000-0000-7000-8000-000000000000";

/** One request for each operation that a client has. */
async function answers(api: ApiProcess, headers: Record<string, string> = {}): Promise<Answer[]> {
  const json = { ...headers, "content-type": "application/json" };
  return [
    await api.call("POST", "/gifts", { headers: json, body: '{"amount":1}' }),
    await api.call("GET", `/gifts/${giftId}`, { headers }),
    await api.call("POST", `/gifts/${giftId}/send`, { headers: { ...headers, "idempotency-key": "key-1" } }),
  ];
}

test.each(earlier)(
  "on the schema of %s the API isn't ready and answers requests as it should or with 503, and is ready by itself when the migrations land",
  async (schema) => {
    const { db, connection } = await databaseAt(schema);
    const api = await startApiProcess({ connection });
    const notReady = await api.call("GET", "/readyz");
    expect([notReady.status, notReady.json]).toEqual([503, { status: "not_ready", reason: "schema_outdated" }]);
    for (const { status, json, headers } of await answers(api)) {
      if (status === 201 || status === 404) continue;
      expect([status, json.error.code, headers.get("retry-after")]).toEqual([503, "SERVICE_UNAVAILABLE", "5"]);
    }
    await migrate(db);
    await expect
      .poll(async () => (await api.call("GET", "/readyz")).json, { timeout: 10_000 })
      .toEqual({ status: "ready" });
    expect((await api.send(await api.gift())).status).toBe(202);
    await api.stop();
  },
);

test("on a schema without owners and keys every request is a 503 with the documented code, and each says in the log what isn't there", async () => {
  const { connection } = await databaseAt("0003-error-fingerprints");
  const [open, guarded] = await Promise.all([
    startApiProcess({ connection }),
    startApiProcess({ connection, environment: { AUTH: "api-key" } }),
  ]);
  const key = { authorization: `Bearer ${generateKey().key}` };
  for (const { status, json } of [...(await answers(open)), ...(await answers(guarded, key))])
    expect([status, json.error.code]).toEqual([503, "SERVICE_UNAVAILABLE"]);
  const failures = open.logs.filter(({ event }) => event === "http.unavailable");
  expect(failures).toHaveLength(3);
  for (const failure of failures) expect(JSON.stringify(failure)).toContain("client_id");
  await Promise.all([open.stop(), guarded.stop()]);
});

test("on a schema that is new enough a missing table is a fault: 500", async () => {
  const { db, connection } = await databaseAt(newestMigration);
  const api = await startApiProcess({ connection });
  await sql`alter table gifts rename to gone`.execute(db);
  for (const { status, json } of await answers(api)) expect([status, json.error.code]).toEqual([500, "INTERNAL_ERROR"]);
  await api.stop();
});
