import { createApp } from "@gift/api/app";
import { createReadiness } from "@gift/api/readiness";
import { openDatabase } from "@gift/core/database/database";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { answerOf, useApi } from "./api.ts";

/** What was said a second ago is said again. */
const soon = { timeout: 3_000, interval: 100 };

let isDraining = false;
const api = useApi({ isDraining: () => isDraining });

describe("GET /healthz", () => {
  test("says that the process is alive, and nothing is logged", async () => {
    const answer = await api.call("GET", "/healthz");
    expect(answer).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(api.lines).toEqual([]);
  });

  test("says so while the process drains, or it would be killed instead of drained", async () => {
    isDraining = true;
    expect((await api.call("GET", "/healthz")).status).toBe(200);
    isDraining = false;
  });
});

describe("GET /readyz", () => {
  test("says that requests are welcome, and nothing is logged", async () => {
    const answer = await api.call("GET", "/readyz");
    expect(answer).toMatchObject({ status: 200, text: '{"status":"ready"}' });
    expect(api.lines).toEqual([]);
  });

  test("is a 503 that says draining from SIGTERM on", async () => {
    isDraining = true;
    expect(await api.call("GET", "/readyz")).toMatchObject({
      status: 503,
      text: '{"status":"not_ready","reason":"draining"}',
    });
    isDraining = false;
  });

  test("is a 503 while the schema is older than the code needs, and ready with a newer one", async () => {
    const newest = await sql<{ name: string }>`select name from kysely_migration order by name desc limit 1`.execute(
      api.database.db,
    );
    const name = newest.rows[0]?.name;
    await sql`delete from kysely_migration where name = ${name}`.execute(api.database.db);
    const readyz = async () => (await api.call("GET", "/readyz")).text;
    await expect.poll(readyz, soon).toBe('{"status":"not_ready","reason":"schema_outdated"}');
    await sql`insert into kysely_migration (name, timestamp) values (${name}, ''), ('9999-from-the-future', '')`.execute(
      api.database.db,
    );
    await expect.poll(readyz, soon).toBe('{"status":"ready"}');
  });

  test("is a 503 within 3 s when the database accepts connections and says nothing", async () => {
    const proxy = await startTcpProxy(api.database.connection);
    proxy.freeze();
    const connection = { ...api.database.connection, port: proxy.port };
    const db = openDatabase({ ...connection, maxConnections: 1, applicationName: "frozen" });
    const app = createApp({
      ...{ db, dispatcher: { add: () => undefined }, log: () => undefined },
      ...{ authentication: "none" as const, areTestValuesAllowed: false },
      whyNotReady: createReadiness({ db, isDraining: () => false }),
    });
    const before = Date.now();
    const answer = await answerOf(await app.handle(new Request("http://api.test/readyz")));
    expect(answer).toMatchObject({ status: 503, text: '{"status":"not_ready","reason":"database_unreachable"}' });
    expect(Date.now() - before).toBeLessThan(3_000);
    await proxy.close();
    await db.destroy();
  });
});
