import { openDatabase } from "@gift/core/database/database";
import { isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { until } from "@gift/rehearsal/until";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const database = useTestDatabase();

test("answers what is there at last, whatever went wrong before", async () => {
  const attempts = [new Error("away"), undefined, false, "here"];
  const answer = await until("the fourth attempt", () => {
    const attempt = attempts.shift();
    if (attempt instanceof Error) throw attempt;
    return attempt;
  });
  expect([answer, attempts]).toEqual(["here", []]);
});

test("gives up with what it waited for, and the last error as the cause", async () => {
  const away = new Error("away");
  const waiting = until("Postgres", () => Promise.reject(away), 0);
  await expect(waiting).rejects.toMatchObject({ message: "waited 0 s for Postgres", cause: away });
  await expect(until("an alert", () => false, 0)).rejects.toThrow("waited 0 s for an alert");
});

test("while Postgres is away nothing is known, and the question is asked again; any other error is said at once", async () => {
  const proxy = await startTcpProxy(database.connection);
  const db = openDatabase({ ...database.connection, port: proxy.port, maxConnections: 1, applicationName: "test" });
  onTestFinished(async () => {
    await db.destroy();
    await proxy.close();
  });
  await proxy.cut();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (asked === 2) await proxy.mend();
    return (await sql`select 1`.execute(db)).rows.length === 1;
  };
  await until("an answer", ask, 15_000, isDatabaseUnavailable);
  expect(asked).toBeGreaterThanOrEqual(2);
  const wrong = () => Promise.reject(new Error("no such table"));
  await expect(until("an alert", wrong, 10_000, isDatabaseUnavailable)).rejects.toThrow("no such table");
});
