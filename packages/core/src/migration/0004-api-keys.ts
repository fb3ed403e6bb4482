import { type Kysely, sql } from "kysely";

/**
 * API keys, and whose a gift is. The new column is null for gifts of before and for those of a stage without keys, so
 * the previous version of the code goes on inserting; without a default and a CHECK, Postgres adds it without reading
 * the table.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_keys (
      id uuid primary key default uuidv7(),
      prefix text not null unique check (prefix ~ '^[0-9A-Za-z]{8}$'),
      hash bytea not null check (octet_length(hash) = 32),
      client_id varchar(63) not null check (client_id ~ '^[a-z0-9][a-z0-9-]*$'),
      scopes text[] not null check (cardinality(scopes) > 0 and scopes <@ array['client', 'operator']),
      rate_limit_per_minute integer check (rate_limit_per_minute > 0),
      created_by text not null check (created_by <> ''),
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      revoked_by text,
      revoked_at timestamptz,
      replaces uuid references api_keys,
      constraint api_keys_revoked_says_who check ((revoked_at is null) = (revoked_by is null))
    )`.execute(db);
  await sql`create index api_keys_client on api_keys (client_id)`.execute(db);
  await sql`
    create table api_key_uses (
      key_id uuid primary key references api_keys,
      last_used_at timestamptz not null
    ) with (fillfactor = 80)`.execute(db);
  await sql`alter table gifts add column client_id varchar(63)`.execute(db);
}
