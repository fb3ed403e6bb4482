import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";

/**
 * Makes Postgres say so to every attempt that is written, e.g. that it has no page left for it; reads go on.
 * @param code a SQLSTATE
 * @returns what mends it
 */
export async function failWrites(db: Kysely<Database>, code: string): Promise<() => Promise<void>> {
  const body = `begin raise exception 'refused by a test' using errcode = '${code}'; end`;
  await sql`create or replace function refuse() returns trigger language plpgsql as ${sql.lit(body)}`.execute(db);
  await sql`create trigger refuse before insert on send_attempts execute function refuse()`.execute(db);
  return async () => {
    await sql`drop trigger refuse on send_attempts`.execute(db);
  };
}
