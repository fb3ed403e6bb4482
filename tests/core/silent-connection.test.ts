import { openDatabase } from "@gift/core/database/database";
import { isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const database = useTestDatabase();

/** Connections through a proxy that can let the server's end of it vanish. */
async function connected(namesStatements: boolean, maxConnections = 1) {
  const proxy = await startTcpProxy(database.connection);
  const db = openDatabase({
    ...{ ...database.connection, port: proxy.port, namesStatements },
    ...{ maxConnections, statementTimeoutSeconds: 0.1, applicationName: "test" },
  });
  onTestFinished(async () => {
    await proxy.close();
    await db.destroy();
  });
  await sql`select 1`.execute(db);
  return { proxy, db };
}

test.each([true, false])(
  "a connection that no longer answers is replaced (statements named: %s)",
  async (named) => {
    const { proxy, db } = await connected(named);
    proxy.halfOpen();
    const failure = await sql`select 1`.execute(db).catch((err: unknown) => err);
    expect(isDatabaseUnavailable(failure)).toBe(true);
    await expect(sql`select 1`.execute(db)).resolves.toBeDefined();
  },
  30_000,
);

test("a transaction that it happens to fails as unavailable, too", async () => {
  const { proxy, db } = await connected(true);
  const failure = await db
    .transaction()
    .execute((trx) => {
      proxy.halfOpen();
      return sql`select 1`.execute(trx);
    })
    .catch((err: unknown) => err);
  expect(isDatabaseUnavailable(failure)).toBe(true);
  await expect(sql`select 1`.execute(db)).resolves.toBeDefined();
});

test("what idles meanwhile is replaced with it: one statement finds out for all", async () => {
  const { proxy, db } = await connected(true, 4);
  await Promise.all(Array.from({ length: 4 }, () => sql`select pg_sleep(0.05)`.execute(db)));
  proxy.halfOpen();
  await expect(sql`select 1`.execute(db)).rejects.toThrow("Query read timeout");
  const again = await Promise.allSettled(Array.from({ length: 4 }, () => sql`select 1`.execute(db)));
  expect(again.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => "fulfilled"));
});
