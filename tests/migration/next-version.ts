import { migrations } from "@gift/core/migration/migrations";
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What the next version may need: seen from it, the code that runs here is the previous one. */
export const next: Readonly<Record<string, Migration>> = {
  ...migrations,
  "9000-next": { up: addColumns },
};

export async function addColumns(db: Kysely<unknown>): Promise<void> {
  for (const table of ["gifts", "send_requests", "send_attempts", "outbox"])
    await sql`alter table ${sql.table(table)} add column note text`.execute(db);
  await sql`create table notes (gift_id uuid not null references gifts, text text not null)`.execute(db);
}
