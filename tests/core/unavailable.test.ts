import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatcherFullError } from "@gift/batch/error";
import { type Database, type DatabaseOptions, openDatabase } from "@gift/core/database/database";
import { isDatabaseAtFault, isDatabaseBusy, isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { createGift } from "@gift/core/gift/create";
import { freePort } from "@gift/local/free-port";
import { keepTemporaryPostgres } from "@gift/local/postgres/keep";
import { type Kysely, sql } from "kysely";
import { afterEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();
const opened: Kysely<Database>[] = [];

afterEach(() => Promise.all(opened.splice(0).map((db) => db.destroy())));

function open(options: Partial<DatabaseOptions>): Kysely<Database> {
  const db = openDatabase({ ...own.connection, maxConnections: 1, applicationName: "unavailable test", ...options });
  opened.push(db);
  return db;
}

const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (err: unknown) => err,
  );

const backend = async (db: Kysely<Database>): Promise<number> =>
  (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid ?? 0;

const terminate = (pid: number) => sql`select pg_terminate_backend(${pid}, 5000)`.execute(own.db);

async function busy(pid: number): Promise<void> {
  const state = sql<{
    is_busy: boolean;
  }>`select query like '%pg_sleep%' as is_busy from pg_stat_activity where pid = ${pid}`;
  while (!(await state.execute(own.db)).rows[0]?.is_busy);
}

test("a query whose backend is terminated: the database is away, and soon a query finds it again", async () => {
  const db = open({});
  const pid = await backend(db);
  const running = errorOf(sql`select pg_sleep(30)`.execute(db));
  await busy(pid);
  await terminate(pid);
  const err = await running;
  expect(err).toMatchObject({ code: "57P01" });
  expect(isDatabaseUnavailable(err)).toBe(true);
  // The pool may hand the dying connection out once more, before its end has arrived.
  const next = await errorOf(backend(db));
  if (next !== undefined) expect(isDatabaseUnavailable(next)).toBe(true);
  expect(await backend(db)).not.toBe(pid);
});

test("an idle connection that breaks is reported, replaced, and fails no query", async () => {
  const lost = Promise.withResolvers<Error>();
  const db = open({ onConnectionLost: lost.resolve });
  const pid = await backend(db);
  await terminate(pid);
  expect(isDatabaseUnavailable(await lost.promise)).toBe(true);
  expect(await backend(db)).not.toBe(pid);
});

test("a port where nothing listens", async () => {
  const err = await errorOf(backend(open({ port: await freePort() })));
  expect(err).toMatchObject({ code: "ECONNREFUSED" });
  expect(isDatabaseUnavailable(err)).toBe(true);
});

test("a server that accepts connections and never answers", async () => {
  const silent = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  expect(isDatabaseUnavailable(await errorOf(backend(open({ port }))))).toBe(true);
  silent.close();
});

test("a pool whose connections are all taken", async () => {
  const db = open({});
  const holder = await db.startTransaction().execute();
  expect(isDatabaseUnavailable(await errorOf(backend(db)))).toBe(true);
  await holder.rollback().execute();
});

test("a server that stops: the query in flight, and every query after it", async () => {
  const server = await keepTemporaryPostgres({
    dataFolder: join(tmpdir(), `gift-test-${randomUUID()}`),
    port: await freePort(),
    settings: { fsync: "off" },
  });
  const db = open({ port: server.port, user: server.user, database: "postgres", maxConnections: 2 });
  const running = errorOf(sql`select pg_sleep(30)`.execute(db));
  await backend(db);
  await server.stop();
  expect(isDatabaseUnavailable(await running)).toBe(true);
  expect(isDatabaseUnavailable(await errorOf(backend(db)))).toBe(true);
});

test("an error that wraps one of these is the same", async () => {
  const cause = await errorOf(backend(open({ port: await freePort() })));
  expect(isDatabaseUnavailable(new Error("the migrations could not run", { cause }))).toBe(true);
  expect(isDatabaseUnavailable(new AggregateError([cause, cause]))).toBe(true);
  expect(isDatabaseUnavailable(new AggregateError([cause, new Error("another")]))).toBe(false);
});

/** As pg reports what Postgres answers. */
const answered = (code: string) => Object.assign(new Error("as Postgres says it"), { code });

describe("what an answer of Postgres means", () => {
  const nothing = { unavailable: false, busy: false, atFault: false };
  const away = { unavailable: true, busy: false, atFault: true };
  test.each([
    ["08006", "connection failure", away],
    ["25006", "a server that is read-only", away],
    ["53000", "insufficient resources", away],
    ["53100", "a full disk", away],
    ["53200", "no memory", away],
    ["53300", "no connection left", away],
    ["53400", "a limit of its configuration", away],
    ["57P01", "shut down", away],
    ["57P03", "starting", away],
    ["58030", "a disk that fails", away],
    ["57014", "canceled after statement_timeout", { unavailable: false, busy: true, atFault: true }],
    ["55P03", "a lock not had within lock_timeout", { unavailable: false, busy: true, atFault: false }],
    ["23505", "a unique violation", nothing],
    ["42601", "a syntax error", nothing],
    ["40P01", "a deadlock", nothing],
    ["54000", "a statement too large", nothing],
    ["58P01", "a missing file", nothing],
    ["XX000", "an internal error", nothing],
  ])("%s, %s", (code, _, expected) => {
    for (const err of [answered(code), new Error("wrapped", { cause: answered(code) })]) {
      const [unavailable, busy, atFault] = [isDatabaseUnavailable(err), isDatabaseBusy(err), isDatabaseAtFault(err)];
      expect({ unavailable, busy, atFault }).toEqual(expected);
    }
  });

  test("a crowd before the statement is busy, and no fault of the database", () => {
    const err = new BatcherFullError(1);
    const [unavailable, busy, atFault] = [isDatabaseUnavailable(err), isDatabaseBusy(err), isDatabaseAtFault(err)];
    expect({ unavailable, busy, atFault }).toEqual({ unavailable: false, busy: true, atFault: false });
  });
});

describe("a database that answers is not away", () => {
  test.each<[string, (db: Kysely<Database>) => Promise<unknown>]>([
    [
      "a unique violation",
      (db) =>
        sql`insert into outbox (id, destination, body) overriding system value values (1, 'a', 'b'), (1, 'a', 'b')`.execute(
          db,
        ),
    ],
    ["a CHECK violation", (db) => createGift(db, { amount: 0, message: null })],
    ["a syntax error", (db) => sql`selekt 1`.execute(db)],
    ["a missing table", (db) => sql`select * from nowhere`.execute(db)],
    ["a malformed id", (db) => sql`select * from gifts where id = 'x'`.execute(db)],
    [
      "a canceled statement",
      (db) =>
        sql`select set_config('statement_timeout', '1', false), pg_sleep(1)`
          .execute(db)
          .then(() => sql`select pg_sleep(1)`.execute(db)),
    ],
  ])("%s", async (_, query) => {
    const err = await errorOf(query(open({})));
    expect(err).toBeInstanceOf(Error);
    expect(isDatabaseUnavailable(err)).toBe(false);
  });

  test.each([undefined, null, "ECONNREFUSED", { code: "ECONNREFUSED" }, new TypeError("x is not a function")])(
    "%s, which no query throws",
    (err) => {
      expect(isDatabaseUnavailable(err)).toBe(false);
    },
  );
});
