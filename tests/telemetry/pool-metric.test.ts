import { openDatabase } from "@gift/core/database/database";
import { connectMetrics } from "@gift/telemetry/measure";
import { createPoolMetric } from "@gift/telemetry/pool-metric";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { useMetrics } from "../support/metric.ts";

const database = useTestDatabase();
const metrics = useMetrics();
const poll = { timeout: 5_000, interval: 5 };

/** A pool of one connection, measured. */
function openMeasured(otherwise: { port?: number } = {}) {
  const metric = createPoolMetric("worker");
  const db = openDatabase({
    ...database.connection,
    maxConnections: 1,
    applicationName: "measured",
    aroundAcquire: metric.aroundAcquire,
    ...otherwise,
  });
  onTestFinished(() => db.destroy());
  const waiting = () => {
    metric.sample();
    return metrics.last("gift.database.pool_waiting");
  };
  return { db, waiting };
}

const waits = () => metrics.of("gift.database.pool_wait");

test("every statement's wait for its connection is measured, in seconds", async () => {
  const { db } = openMeasured();
  await sql`select 1`.execute(db);
  await sql`select 1`.execute(db);
  expect(waits()).toHaveLength(2);
  for (const { value, tags } of waits()) {
    expect(tags).toEqual({ pool: "worker" });
    expect(value).toBeLessThan(1);
  }
});

test("what waits behind a busy connection is visible while it waits, and its wait when it ends", async () => {
  const { db, waiting } = openMeasured();
  expect(waiting()).toBe(0);
  const startedAt = performance.now();
  const busy = sql`select pg_sleep(0.2)`.execute(db);
  const behind = Promise.all([sql`select 1`.execute(db), sql`select 2`.execute(db)]);
  await expect.poll(waiting, poll).toBe(2);
  await busy;
  await behind;
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  expect(waiting()).toBe(0);
  const [, second, third] = waits().map(({ value }) => value);
  for (const wait of [second, third]) {
    expect(wait).toBeGreaterThan(0.15);
    expect(wait).toBeLessThanOrEqual(elapsedSeconds);
  }
});

test("a wait that ends in an error is a wait as well, and nobody waits any more", async () => {
  const { db, waiting } = openMeasured({ port: 9 });
  await expect(sql`select 1`.execute(db)).rejects.toThrow(/ECONNREFUSED/);
  expect(waits()).toHaveLength(1);
  expect(waiting()).toBe(0);
});

test("transactions, results and errors are those of a pool that isn't measured", async () => {
  const { db } = openMeasured();
  const { rows } = await db.transaction().execute((trx) => sql<{ n: number }>`select 1 as n`.execute(trx));
  expect(rows).toEqual([{ n: 1 }]);
  await expect(sql`select 1 / 0`.execute(db)).rejects.toMatchObject({ code: "22012" });
  expect(waits()).toHaveLength(2);
});

test("while nobody listens nothing is measured, and statements run", async () => {
  connectMetrics(undefined);
  const { db } = openMeasured();
  expect((await sql<{ n: number }>`select 1 as n`.execute(db)).rows).toEqual([{ n: 1 }]);
  expect(waits()).toEqual([]);
});
