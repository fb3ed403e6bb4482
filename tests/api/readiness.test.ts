import { createReadiness } from "@gift/api/readiness";
import { openDatabase } from "@gift/core/database/database";
import { startTcpProxy, type TcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type ApiProcess, startApiProcess } from "./api-process.ts";

const database = useTestDatabase();

describe("the process, with all connections of its requests taken", () => {
  let api: ApiProcess;
  beforeAll(async () => {
    api = await startApiProcess({ connection: database.connection });
  });
  afterAll(() => api.stop());

  test("is ready, and says so at once: busy is not unreachable", async () => {
    const giftId = await api.gift();
    const trx = await database.db.startTransaction().execute();
    await sql`lock table gifts in access exclusive mode`.execute(trx);
    const waiting = Array.from({ length: 12 }, () => api.call("GET", `/gifts/${giftId}`));
    await vi.waitFor(async () => expect(await waitingForLocks()).toBe(10), 5_000);
    const startedAt = performance.now();
    expect(await api.call("GET", "/readyz")).toMatchObject({ status: 200, text: '{"status":"ready"}' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(await waitingForLocks()).toBe(10);
    await trx.rollback().execute();
    // Two of them had no connection, and are given up after 3 s if this took so long.
    await Promise.all(waiting);
  });

  test("holds one connection more for it, and leaves none behind", async () => {
    await api.call("GET", "/readyz");
    expect(await connectionsOf("api readiness")).toBe(1);
    await api.stop();
    await vi.waitFor(async () => {
      expect(await connectionsOf("api readiness")).toBe(0);
      expect(await connectionsOf("api")).toBe(0);
    }, 5_000);
  });

  async function waitingForLocks(): Promise<number> {
    const { rows } = await sql`
      select from pg_stat_activity
      where datname = current_database() and application_name = 'api' and wait_event_type = 'Lock'`.execute(
      database.db,
    );
    return rows.length;
  }

  async function connectionsOf(program: string): Promise<number> {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and application_name = ${program}`.execute(
      database.db,
    );
    return rows.length;
  }
});

describe("what is asked of Postgres", () => {
  let proxy: TcpProxy;
  let db: ReturnType<typeof openDatabase>;
  let milliseconds: number;
  let isDraining: boolean;
  let whyNotReady: ReturnType<typeof createReadiness>;
  beforeEach(async () => {
    proxy = await startTcpProxy(database.connection);
    const connection = { ...database.connection, port: proxy.port };
    const bounds = { maxConnections: 1, statementTimeoutSeconds: 2, onConnectionLost: () => undefined };
    db = openDatabase({ ...connection, ...bounds, applicationName: "readiness" });
    [milliseconds, isDraining] = [0, false];
    whyNotReady = createReadiness({ db, isDraining: () => isDraining, now: () => milliseconds });
    // What a connection itself costs isn't counted.
    await sql`select`.execute(db);
  });
  afterEach(async () => {
    await db.destroy();
    await proxy.close();
  });

  const flood = async () => new Set(await Promise.all(Array.from({ length: 500 }, () => whyNotReady())));

  test("is one thing at a time and one a second, however many ask", async () => {
    const before = proxy.roundTrips();
    expect(await flood()).toEqual(new Set([undefined]));
    for (milliseconds = 1; milliseconds < 1_000; milliseconds += 100) await flood();
    expect(proxy.roundTrips() - before).toBe(1);
    milliseconds = 1_000;
    await flood();
    expect(proxy.roundTrips() - before).toBe(2);
  });

  test("a flood while Postgres is away is told so together, and those after a second that it is back", async () => {
    await proxy.cut();
    expect(await flood()).toEqual(new Set(["database_unreachable"]));
    await proxy.mend();
    expect(await flood()).toEqual(new Set(["database_unreachable"]));
    milliseconds = 1_000;
    expect(await flood()).toEqual(new Set([undefined]));
  });

  test("a fault is everybody's who asked, and isn't kept for longer than an answer", async () => {
    await sql`alter table kysely_migration rename column name to title`.execute(database.db);
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => whyNotReady()));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    await sql`alter table kysely_migration rename column title to name`.execute(database.db);
    milliseconds = 1_000;
    expect(await whyNotReady()).toBeUndefined();
  });

  test("a drain is told at once, whatever was kept", async () => {
    expect(await whyNotReady()).toBeUndefined();
    isDraining = true;
    expect(await whyNotReady()).toBe("draining");
  });

  test("a silence that is over takes seconds to forget, not a quarter of an hour", async () => {
    proxy.freeze();
    expect(await whyNotReady()).toBe("database_unreachable");
    await proxy.mend();
    await vi.waitFor(async () => {
      milliseconds += 1_000;
      expect(await whyNotReady()).toBeUndefined();
    }, 10_000);
  }, 15_000);
});
