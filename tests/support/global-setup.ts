import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { freePort } from "@gift/local/free-port";
import { type KeptPostgres, keepTemporaryPostgres } from "@gift/local/postgres/keep";
import { sql } from "kysely";
import type { TestProject } from "vitest/node";

/** Where the run's Postgres listens, for `inject("postgres")`. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The migrated database that each test file's own is copied from. */
  readonly template: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    postgres: TestServer;
  }
}

/** One real Postgres for the whole run, gone with it, also when the run is interrupted or killed. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await keepTemporaryPostgres({
    dataFolder: join(tmpdir(), `gift-test-${randomUUID()}`),
    port: await freePort(),
    // Nothing in it has to survive the machine, and flushing is most of what a small test would wait for.
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: 300 },
  });
  const template = "gift_template";
  await createTemplate(server, template);
  project.provide("postgres", { host: server.host, port: server.port, user: server.user, template });
  return () => server.stop();
}

async function createTemplate(server: KeptPostgres, template: string): Promise<void> {
  const open = (database: string) =>
    openDatabase({ ...server, database, maxConnections: 1, applicationName: "test setup" });
  const postgres = open("postgres");
  await sql`create database ${sql.id(template)}`.execute(postgres);
  await postgres.destroy();
  const db = open(template);
  await migrate(db);
  await db.destroy();
}
