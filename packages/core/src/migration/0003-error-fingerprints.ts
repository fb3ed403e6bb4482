import { type Kysely, sql } from "kysely";

/**
 * Which errors dead letters have had, so that a new one can be told from the thousandth of a known one by every task
 * and after every restart. The column may be null: the previous version of the code doesn't fill it, and older letters
 * keep none, which costs one "new" per known error after the deploy.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table error_fingerprints (
      fingerprint text primary key check (fingerprint ~ '^[0-9a-f]{12}$'),
      error text not null,
      first_seen_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now()
    )`.execute(db);
  await sql`alter table dead_letters add column error_fingerprint text references error_fingerprints`.execute(db);
  await sql`create index dead_letters_fingerprint on dead_letters (error_fingerprint)`.execute(db);
}
