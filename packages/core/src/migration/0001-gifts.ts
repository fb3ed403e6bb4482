import { type Kysely, sql } from "kysely";

/** The five tables of the gift service. The CHECKs hold the same invariants as the code, for whoever writes next. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table gifts (
      id uuid primary key default uuidv7(),
      code uuid not null unique default gen_random_uuid(),
      amount integer not null check (amount > 0),
      message text check (char_length(message) <= 500),
      status text not null default 'CREATED' check (status in ('CREATED', 'QUEUED', 'SENT', 'FAILED')),
      request_id varchar(255),
      last_error text check (char_length(last_error) <= 1000),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint gifts_request_id_from_queued_on check ((status = 'CREATED') = (request_id is null)),
      constraint gifts_failed_says_why check (status <> 'FAILED' or last_error is not null),
      constraint gifts_sent_has_no_error check (status <> 'SENT' or last_error is null)
    ) with (fillfactor = 80)`.execute(db);
  // Operators list what is not SENT; the bulk of the table stays out of the index.
  await sql`create index gifts_unsent on gifts (status, id) where status <> 'SENT'`.execute(db);

  await sql`
    create table send_requests (
      gift_id uuid not null references gifts,
      request_id varchar(255) not null check (request_id ~ '^[\\x21-\\x7e]+$'),
      response_body text not null,
      redriven_by text,
      created_at timestamptz not null default now(),
      primary key (gift_id, request_id)
    )`.execute(db);

  await sql`
    create table outbox (
      id bigint generated always as identity primary key,
      destination text not null,
      body text not null,
      attributes jsonb not null default '{}',
      attempts integer not null default 0,
      available_at timestamptz not null default now(),
      last_error text,
      created_at timestamptz not null default now()
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`.execute(db);
  await sql`create index outbox_available on outbox (available_at, id)`.execute(db);

  await sql`
    create table send_attempts (
      id bigint generated always as identity primary key,
      gift_id uuid not null references gifts,
      request_id varchar(255) not null,
      number integer not null check (number > 0),
      receive_count integer not null check (receive_count > 0),
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      outcome text check (outcome in ('SENT', 'RETRY', 'FAILED')),
      error_code text,
      error_message text,
      provider_reference text,
      unique (gift_id, request_id, number),
      constraint send_attempts_finished_has_outcome check ((finished_at is null) = (outcome is null)),
      constraint send_attempts_sent_has_reference check ((outcome = 'SENT') = (provider_reference is not null)),
      constraint send_attempts_failure_has_code check ((outcome in ('RETRY', 'FAILED')) = (error_code is not null))
    )`.execute(db);

  await sql`
    create table dead_letters (
      id bigint generated always as identity primary key,
      message_id text not null unique,
      queue text not null,
      body text not null,
      attributes jsonb not null default '{}',
      receive_count integer not null,
      gift_id uuid,
      request_id varchar(255),
      error text not null,
      state text not null default 'OPEN' check (state in ('OPEN', 'REDRIVEN', 'DISCARDED')),
      redrive_request_id varchar(255),
      resolved_by text,
      resolved_at timestamptz,
      created_at timestamptz not null default now(),
      constraint dead_letters_resolved_says_who
        check ((state = 'OPEN') = (resolved_at is null) and (resolved_at is null) = (resolved_by is null)),
      constraint dead_letters_redriven_has_request check ((state = 'REDRIVEN') = (redrive_request_id is not null))
    )`.execute(db);
  await sql`create index dead_letters_open on dead_letters (id) where state = 'OPEN'`.execute(db);
  await sql`create index dead_letters_gift on dead_letters (gift_id)`.execute(db);
}
