import { type RawBuilder, sql } from "kysely";

export interface OldStatement {
  readonly does: string;
  /** The last migration that the code of this statement knew. */
  readonly of: string;
  /** What it works on besides the gift. */
  readonly given?: RawBuilder<unknown>;
  /** As that code ran it, for a gift that exists and is QUEUED under `key-1`. */
  readonly statement: (giftId: string) => RawBuilder<unknown>;
}

const oldKey = sql`
  insert into api_keys (prefix, hash, client_id, scopes, created_by)
  values ('oldkey00', sha256('old'), 'shop', '{client}', 'olga')`;

/** What earlier versions ran, kept as it was: it must work on every later schema, for as long as a deploy takes. */
export const oldStatements: readonly OldStatement[] = [
  {
    does: "revokes a key",
    of: "0004-api-keys",
    given: oldKey,
    statement: () => sql`
      update "api_keys" set "revoked_at" = now(), "revoked_by" = 'olga'
      where "prefix" = 'oldkey00' and "revoked_at" is null returning "id"`,
  },
  {
    does: "lets a key end after a rotation's overlap",
    of: "0004-api-keys",
    given: oldKey,
    statement: () => sql`
      update api_keys set expires_at = least(expires_at, now() + make_interval(secs => 60))
      where prefix = 'oldkey00' returning id`,
  },
  {
    does: "writes the message of a gift again without saying who",
    of: "0004-api-keys",
    statement: () => sql`
      insert into outbox (destination, body) select 'gift', unnest(array['{}']::text[]) returning id`,
  },
  {
    does: "creates a gift without an owner",
    of: "0003-error-fingerprints",
    statement: () => sql`insert into "gifts" ("amount", "message") values (1, null) returning *`,
  },
  {
    does: "accepts a send",
    of: "0003-error-fingerprints",
    statement: () => sql`
      with fresh as (
        insert into gifts (amount) values (1) returning id
      ), request as (
        insert into send_requests (gift_id, request_id, response_body) select id, 'key-2', '{}' from fresh
      ), message as (
        insert into outbox (destination, body, attributes, available_at)
        select 'gift', '{}', '{}'::jsonb, now() + make_interval(secs => 5) from fresh returning id
      )
      select id as outbox_id from message`,
  },
  {
    does: "moves a gift to SENT",
    of: "0003-error-fingerprints",
    statement: (giftId) => sql`
      update gifts set status = 'SENT', last_error = null, updated_at = now()
      where id = ${giftId} and status = 'QUEUED' and request_id = 'key-1' returning id`,
  },
  {
    does: "records an attempt",
    of: "0003-error-fingerprints",
    statement: (giftId) => sql`
      insert into send_attempts (gift_id, request_id, number, receive_count) values (${giftId}, 'key-1', 1, 1)
      returning id`,
  },
  {
    does: "records a dead letter without a fingerprint",
    of: "0002-simulated-provider",
    statement: (giftId) => sql`
      with reason as (
        select coalesce(gifts.last_error, 'DEAD_LETTERED: every delivery ended without an outcome') as error
        from (select) as message left join gifts on gifts.id = ${giftId}::uuid
      ), gift as (
        update gifts set status = 'FAILED', last_error = reason.error, updated_at = now()
        from reason where id = ${giftId}::uuid and status = 'QUEUED' and request_id = 'key-1'
        returning id
      )
      insert into dead_letters (message_id, queue, body, attributes, receive_count, gift_id, request_id, error)
      select 'message-1', 'gift-dead-letters', '{}', '{}'::jsonb, 6, ${giftId}::uuid, 'key-1', error from reason
      on conflict (message_id) do nothing returning id`,
  },
  {
    does: "calls the simulated provider",
    of: "0002-simulated-provider",
    statement: (giftId) => sql`
      insert into simulated_provider.sends (idempotency_key, gift_id, calls) values ('gift:1', ${giftId}, 1)
      on conflict (idempotency_key) do update set calls = simulated_provider.sends.calls + 1 returning calls`,
  },
];
