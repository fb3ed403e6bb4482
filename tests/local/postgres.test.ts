import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openDatabase } from "@gift/core/database/database";
import { freePort } from "@gift/local/free-port";
import { UnusableDataFolderError } from "@gift/local/postgres/data-folder";
import { keepTemporaryPostgres } from "@gift/local/postgres/keep";
import { type PostgresOptions, type PostgresServer, startPostgres } from "@gift/local/postgres/server";
import { until } from "@gift/rehearsal/until";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { isAlive } from "./alive.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const settings = { fsync: "off" };
let original: string;

// initdb takes a second; a copy of its result takes a tenth.
beforeAll(async () => {
  original = await mkdtemp(join(tmpdir(), "gift-local-test-"));
  await chmod(original, 0o755);
  const server = await startPostgres({ dataFolder: join(original, "postgres"), port: await freePort(), settings });
  await server.stop();
});
afterAll(() => rm(original, { recursive: true }));

async function clusterIn(folder: string): Promise<string> {
  // `cp` keeps the owner, which Postgres insists on.
  await promisify(execFile)("cp", ["-a", join(original, "postgres"), folder]);
  return join(folder, "postgres");
}

async function started(options: Partial<PostgresOptions> & { dataFolder: string }): Promise<PostgresServer> {
  const server = await startPostgres({ port: await freePort(), settings, ...options });
  onTestFinished(() => server.stop());
  return server;
}

async function query<Row>(server: PostgresServer, statement: ReturnType<typeof sql<Row>>, password?: string) {
  const { host, port, user } = server;
  const credentials = { host, port, user, ...(password === undefined ? {} : { password }) };
  const db = openDatabase({ ...credentials, database: "postgres", maxConnections: 1, applicationName: "test" });
  try {
    return (await statement.execute(db)).rows;
  } finally {
    await db.destroy();
  }
}

test("committed data survives kill -9 of the server, and it starts again at once", async () => {
  const dataFolder = await clusterIn(await temporaryFolder());
  const first = await started({ dataFolder });
  await query(first, sql`create table kept as select 7 as number`);
  first.process.kill("SIGKILL");
  const second = await started({ dataFolder });
  expect(await query(second, sql`select number from kept`)).toEqual([{ number: 7 }]);
});

test("a server whose starter is gone is stopped by the next start on its folder", async () => {
  const dataFolder = await clusterIn(await temporaryFolder());
  const orphan = await started({ dataFolder });
  const next = await started({ dataFolder });
  await until("the orphan's end", () => orphan.process.exitCode === 0);
  expect(await query(next, sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("what an interrupted initdb left behind doesn't hinder the next start", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "postgres.unfinished", "base"), { recursive: true });
  await started({ dataFolder: join(folder, "postgres") });
  expect(await readdir(folder)).toEqual(["postgres"]);
});

test("files of another major version are refused, not touched", async () => {
  const dataFolder = join(await temporaryFolder(), "postgres");
  await mkdir(dataFolder);
  await writeFile(join(dataFolder, "PG_VERSION"), "15\n");
  const start = startPostgres({ dataFolder, port: await freePort() });
  await expect(start).rejects.toThrow(UnusableDataFolderError);
  await expect(start).rejects.toThrow("belongs to Postgres 15, and this is Postgres 18");
  expect(await readdir(dataFolder)).toEqual(["PG_VERSION"]);
});

test("damaged files are reported with what Postgres says about them", async () => {
  const dataFolder = await clusterIn(await temporaryFolder());
  const server = await started({ dataFolder });
  await server.stop();
  await rm(join(dataFolder, "global", "pg_control"));
  const start = startPostgres({ dataFolder, port: await freePort() });
  await expect(start).rejects.toThrow(UnusableDataFolderError);
  await expect(start).rejects.toThrow("could not find the database system");
});

test("a folder with other files is refused", async () => {
  const dataFolder = join(await temporaryFolder(), "postgres");
  await mkdir(dataFolder);
  await writeFile(join(dataFolder, "letter.txt"), "mine");
  await expect(startPostgres({ dataFolder, port: await freePort() })).rejects.toThrow("holds no Postgres files");
});

test("with a password, a connection without it is refused", async () => {
  const server = await started({ dataFolder: join(await temporaryFolder(), "postgres"), password: "it's a secret" });
  expect(await query(server, sql`select 1 as one`, "it's a secret")).toEqual([{ one: 1 }]);
  await expect(query(server, sql`select 1`, "guess")).rejects.toThrow("password authentication failed");
});

test.runIf(process.platform === "linux")("only this machine can connect", async () => {
  const server = await started({ dataFolder: await clusterIn(await temporaryFolder()) });
  const rows = await query(server, sql`select current_setting('listen_addresses') as addresses`);
  expect(rows).toEqual([{ addresses: "127.0.0.1" }]);
});

test.runIf(process.geteuid?.() === 0)("root may use a folder that nobody else may enter", async () => {
  const folder = await temporaryFolder();
  const closed = join(folder, "closed");
  await mkdir(closed, { mode: 0o700 });
  const server = await started({ dataFolder: join(closed, "postgres") });
  expect((await stat(join(closed, "postgres"))).uid).not.toBe(0);
  expect(await query(server, sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("a temporary server takes its data along when it stops", async () => {
  const dataFolder = join(await temporaryFolder(), "postgres");
  const kept = await keepTemporaryPostgres({ dataFolder, port: await freePort(), settings });
  const pid = Number.parseInt(await readPid(dataFolder), 10);
  await kept.stop();
  expect(await isAlive(pid)).toBe(false);
  await expect(stat(dataFolder)).rejects.toThrow("ENOENT");
});

async function readPid(dataFolder: string): Promise<string> {
  return readFile(join(dataFolder, "postmaster.pid"), "utf8");
}
