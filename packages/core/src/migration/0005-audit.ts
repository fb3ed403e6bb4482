import { type Kysely, sql } from "kysely";

/**
 * What operators did stays told. Who wrote messages again gets a table of its own, since one gift may be requeued
 * often; the previous version of the code doesn't write it. And a key's end only comes nearer, whoever asks: a right to
 * UPDATE can be had by column, not by direction. The previous version's rotations and revocations never did anything
 * else.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table requeues (
      id bigint generated always as identity primary key,
      gift_id uuid not null references gifts,
      request_id varchar(255) not null,
      requeued_by text not null check (requeued_by <> ''),
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index requeues_gift on requeues (gift_id)`.execute(db);
  // As a violated constraint has it, so that the error names the rule.
  await sql`
    create function keep_end_of_api_key() returns trigger language plpgsql as $$
    begin
      if old.revoked_at is not null
        and (new.revoked_at, new.revoked_by, new.expires_at)
          is distinct from (old.revoked_at, old.revoked_by, old.expires_at)
      then
        raise exception 'key % is revoked for good', old.prefix
          using errcode = 'check_violation', constraint = 'api_keys_revoked_for_good';
      end if;
      if coalesce(new.expires_at, 'infinity') > coalesce(old.expires_at, 'infinity') then
        raise exception 'key % can end earlier, not later', old.prefix
          using errcode = 'check_violation', constraint = 'api_keys_end_no_later';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger api_keys_keep_end before update on api_keys
    for each row execute function keep_end_of_api_key()`.execute(db);
}
