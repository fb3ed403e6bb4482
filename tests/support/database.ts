import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, inject } from "vitest";

export interface TestDatabase {
  readonly db: Kysely<Database>;
  /** For a second pool, or for the environment of a real process. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
  };
  /** Closes `db`, ends every other session and drops the database. */
  drop(): Promise<void>;
}

/**
 * A fresh, migrated, empty database of the caller's own on the run's Postgres.
 * Cloned by file copy: 9 ms to create and 5 to drop; with wal_log 8 to 16 and 10 (measured, fsync off).
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { host, port, user, template } = inject("postgres");
  const database = `test_${randomUUID().replaceAll("-", "")}`;
  const connection = { host, port, database, user };
  await onServer(sql`create database ${sql.id(database)} template ${sql.id(template)} strategy file_copy`);
  const db = openDatabase({ ...connection, maxConnections: 10, applicationName: "test" });
  return {
    db,
    connection,
    async drop() {
      await db.destroy();
      await onServer(sql`drop database ${sql.id(database)} with (force)`);
    },
  };
}

/**
 * Gives a test file its own database: call it at the top of the file or of a `describe`, use the result inside tests.
 * @returns what `createTestDatabase` returns, made before the first test and dropped after the last
 */
export function useTestDatabase(): Omit<TestDatabase, "drop"> {
  let created: TestDatabase | undefined;
  const current = (): TestDatabase => {
    if (!created) throw new Error("the test database exists only while tests run; don't read it while collecting");
    return created;
  };
  beforeAll(async () => {
    created = await createTestDatabase();
  });
  afterAll(() => created?.drop());
  return {
    get db() {
      return current().db;
    },
    get connection() {
      return current().connection;
    },
  };
}

async function onServer(statement: ReturnType<typeof sql>): Promise<void> {
  const { host, port, user } = inject("postgres");
  const db = openDatabase({ host, port, user, database: "postgres", maxConnections: 1, applicationName: "test" });
  try {
    await statement.execute(db);
  } finally {
    await db.destroy();
  }
}
