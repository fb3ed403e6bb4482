import { type Kysely, sql } from "kysely";

/**
 * The simulated provider's own record: what a real provider would keep on its side, in a schema that none of our
 * tables refers to. `effects` counts how often a key took effect; the proof that it never passes 1 is read from here.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema simulated_provider`.execute(db);
  await sql`
    create table simulated_provider.sends (
      idempotency_key text primary key,
      gift_id uuid not null,
      calls integer not null default 0,
      effects integer not null default 0,
      reference uuid,
      created_at timestamptz not null default now(),
      effective_at timestamptz
    )`.execute(db);
  await sql`create index sends_gift on simulated_provider.sends (gift_id)`.execute(db);
}
