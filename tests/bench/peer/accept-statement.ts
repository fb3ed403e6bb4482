/**
 * QUEUED and the send request, as one statement; `job` is what adds the job to it.
 * @param job more of the WITH clause, e.g. a function that adds a job per row of `queued`
 */
export function acceptStatement(job: string): string {
  return `
    with queued as (
      update gifts set status = 'QUEUED', request_id = $2, updated_at = now()
      where id = $1 and status = 'CREATED' returning id
    ), request as (
      insert into send_requests (gift_id, request_id, response_body)
      select id, $2, json_build_object('gift_id', id, 'status', 'QUEUED', 'request_id', $2::text)::text from queued
    )
    ${job}`;
}

/** QUEUED → SENT for all gifts of a batch. */
export const sentStatement = `
  update gifts set status = 'SENT', last_error = null, updated_at = now()
  from unnest($1::uuid[], $2::text[]) as send (id, request_id)
  where gifts.id = send.id and status = 'QUEUED' and gifts.request_id = send.request_id`;
