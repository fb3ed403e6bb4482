import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { migrations } from "@gift/core/migration/migrations";
import { type Kysely, sql } from "kysely";
import { inject, onTestFinished } from "vitest";
import type { TestDatabase } from "../support/database.ts";

type OwnDatabase = Omit<TestDatabase, "drop">;

/**
 * A database as an earlier version of the code left it; it goes with the run.
 * @param newest the last migration that it has
 */
export async function databaseAt(newest: string): Promise<OwnDatabase> {
  const server = inject("postgres");
  const database = `at_${randomUUID().replaceAll("-", "")}`;
  const postgres = openDatabase({ ...server, database: "postgres", maxConnections: 1, applicationName: "test" });
  await sql`create database ${sql.id(database)}`.execute(postgres);
  await postgres.destroy();
  const connection = { host: server.host, port: server.port, user: server.user, database };
  const db: Kysely<Database> = openDatabase({ ...connection, maxConnections: 4, applicationName: "test" });
  onTestFinished(() => db.destroy());
  await migrate(db, upTo(newest));
  return { db, connection };
}

/** The migrations up to one, itself included. */
export function upTo(newest: string) {
  return Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= newest));
}
