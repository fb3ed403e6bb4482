import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { freePort } from "@gift/local/free-port";
import { keepTemporaryPostgres } from "@gift/local/postgres/keep";
import { type Kysely, sql } from "kysely";
import { defineGiftIds } from "./gift-rows.ts";

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface BenchDatabase {
  readonly connection: Connection;
  /** For laying out rows and reading results, not for what is measured. */
  readonly db: Kysely<Database>;
}

export interface BenchPostgres {
  readonly pid: number;
  readonly version: string;
  createDatabase(): Promise<BenchDatabase>;
  stop(): Promise<void>;
}

/**
 * As Postgres comes, every commit flushed. Only what would fall into some rounds and not into others is moved out of
 * the way: a checkpoint. 300 connections are those of pgbench and of every pool together.
 */
const settings = { max_connections: 300, max_wal_size: "16GB", checkpoint_timeout: "30min" };

/** A Postgres of the bench's own, gone with it. */
export async function startPostgres(folder: string): Promise<BenchPostgres> {
  const dataFolder = join(folder, "postgres");
  const kept = await keepTemporaryPostgres({ dataFolder, port: await freePort(), settings });
  const { host, port, user } = kept;
  const opened: Kysely<Database>[] = [];
  const open = (database: string) => {
    const db = openDatabase({
      ...{ host, port, user, database, maxConnections: 2, applicationName: "bench" },
      statementTimeoutSeconds: 900,
    });
    opened.push(db);
    return db;
  };
  const root = open("postgres");
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(root);
  let created = 0;
  return {
    pid: Number(readFileSync(join(dataFolder, "postmaster.pid"), "utf8").split("\n", 1)[0]),
    version: rows[0]?.server_version ?? "",
    async createDatabase() {
      created += 1;
      const database = `bench_${created}`;
      await sql`create database ${sql.id(database)}`.execute(root);
      const db = open(database);
      await migrate(db);
      await defineGiftIds(db);
      return { connection: { host, port, user, database }, db };
    },
    async stop() {
      await Promise.all(opened.map((db) => db.destroy()));
      await kept.stop();
    },
  };
}
