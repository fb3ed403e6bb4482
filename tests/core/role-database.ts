import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { type Kysely, sql } from "kysely";
import { inject } from "vitest";
import type { TestDatabase } from "../support/database.ts";

export interface OwnedDatabase {
  readonly connection: TestDatabase["connection"];
  /** As the owner, which is no superuser: what RDS gives to its master user. */
  readonly owner: Kysely<Database>;
  /** A connection as another role. */
  as(user: string): Kysely<Database>;
  close(): Promise<void>;
}

/**
 * A migrated database whose owner has the rights of RDS's master user, beside the role `rds_iam` when asked for.
 * Roles belong to the whole server, so the owner gets a name of its own.
 */
export async function ownedDatabase(options: { hasIam: boolean }): Promise<OwnedDatabase> {
  const { host, port, user } = inject("postgres");
  const name = `owned_${randomUUID().slice(0, 8)}`;
  const opened: Kysely<Database>[] = [];
  const open = (database: string, as: string) => {
    const db = openDatabase({ host, port, database, user: as, maxConnections: 4, applicationName: "role test" });
    opened.push(db);
    return db;
  };
  const superuser = open("postgres", user);
  await sql`create role ${sql.id(name)} login createrole createdb`.execute(superuser);
  if (options.hasIam) await sql`create role rds_iam`.execute(superuser);
  if (options.hasIam)
    await sql`grant rds_iam to ${sql.id(name)} with admin true, inherit false, set false`.execute(superuser);
  await sql`create database ${sql.id(name)} owner ${sql.id(name)}`.execute(superuser);
  const owner = open(name, name);
  await migrate(owner);
  return {
    connection: { host, port, database: name, user: name },
    owner,
    as: (role) => open(name, role),
    async close() {
      await Promise.all(opened.filter((db) => db !== superuser).map((db) => db.destroy()));
      await sql`drop database ${sql.id(name)} with (force)`.execute(superuser);
      await superuser.destroy();
    },
  };
}
