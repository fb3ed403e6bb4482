import type { OneRowWork } from "./one-row-load.ts";

/**
 * What our functions have Postgres do, written for one row with `:number` for the gift's: the same tables, checks and
 * results. It stays one row, and prepared once, whatever becomes of ours.
 */
export const oneRowStatements: Readonly<Record<OneRowWork, string>> = {
  insert: "insert into gifts (amount, message) values (100 + :number::integer % 7, null) returning *",
  send: `
    with queued as (
      update gifts set status = 'QUEUED', request_id = 'bench', updated_at = now()
      where id = bench_gift_id(:number) and status = 'CREATED' returning id
    ), request as (
      insert into send_requests (gift_id, request_id, response_body)
      select id, 'bench', json_build_object('gift_id', id, 'status', 'QUEUED', 'request_id', 'bench')::text from queued
    ), message as (
      insert into outbox (destination, body, attributes, available_at)
      select 'gift', json_build_object('gift_id', id, 'request_id', 'bench')::text, '{}'::jsonb, now() + interval '5 s'
      from queued returning id
    )
    select (select status from gifts where id = bench_gift_id(:number)) as status,
      (select response_body from send_requests where gift_id = bench_gift_id(:number) and request_id = 'bench') as replay_body,
      (select id from message) as outbox_id`,
  sent: `
    with gift as (
      update gifts set status = 'SENT', last_error = null, updated_at = now()
      where id = bench_gift_id(:number) and status = 'QUEUED' and request_id = 'bench' returning id
    ), attempt as (
      update send_attempts set finished_at = now(), outcome = 'SENT', provider_reference = 'none'
      where id = :number and outcome is null
    )
    select extract(epoch from now() - request.created_at)::float as latency_seconds
    from gift join send_requests as request on gift_id = gift.id and request.request_id = 'bench'`,
};
