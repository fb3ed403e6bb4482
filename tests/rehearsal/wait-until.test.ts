import { openDatabase } from "@gift/core/database/database";
import { waitUntil } from "@gift/rehearsal/wait-until";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const database = useTestDatabase();

test("while Postgres is away nothing is known, and the question is asked again", async () => {
  const proxy = await startTcpProxy(database.connection);
  const db = openDatabase({ ...database.connection, port: proxy.port, maxConnections: 1, applicationName: "test" });
  onTestFinished(async () => {
    await db.destroy();
    await proxy.close();
  });
  await proxy.cut();
  let asked = 0;
  await waitUntil("an answer", 15_000, async () => {
    asked += 1;
    if (asked === 2) await proxy.mend();
    return (await sql`select 1`.execute(db)).rows.length === 1;
  });
  expect(asked).toBeGreaterThanOrEqual(2);
});

test("what isn't so in time is said, and any other error at once", async () => {
  await expect(waitUntil("an alert", 0, () => false)).rejects.toThrow("waited 0 s for an alert");
  await expect(waitUntil("an alert", 10_000, () => Promise.reject(new Error("no such table")))).rejects.toThrow(
    "no such table",
  );
});
