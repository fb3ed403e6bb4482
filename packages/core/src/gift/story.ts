import { type Kysely, sql } from "kysely";
import type { Database } from "../database/database.ts";
import { findGift } from "./find.ts";
import type { Gift } from "./gift.ts";

/** What can happen to a gift, in the order in which things that share an instant are told. */
const storyEvents = [
  "created",
  "send_requested",
  "redriven",
  "requeued",
  "waiting_in_outbox",
  "attempt",
  "dead_lettered",
  "dead_letter_closed",
] as const;

type StoryEventName = (typeof storyEvents)[number];

export interface StoryEvent {
  readonly at: Date;
  readonly event: StoryEventName;
  readonly request_id: string | null;
  /** What the event knows, named as its columns. */
  readonly facts: Readonly<Record<string, string | number | null>>;
}

export interface GiftStory {
  readonly gift: Gift;
  readonly events: readonly StoryEvent[];
}

/**
 * A gift's whole story, oldest first, as one snapshot: requests, redrives, requeues, attempts, what still waits in the
 * outbox, dead letters and what became of them.
 * @param db the database
 * @throws GiftNotFoundError
 */
export async function tellStory(db: Kysely<Database>, giftId: string): Promise<GiftStory> {
  const gift = await findGift(db, giftId, "anybody");
  // Bodies with encodeSendMessage's prefix are its own, so they are JSON. The outbox is near empty when all is well.
  const { rows } = await sql<StoryEvent>`
    select at, event, request_id, jsonb_strip_nulls(facts) as facts from (
      select created_at as at, 'created' as event, null as request_id, jsonb_build_object('amount', amount) as facts
      from gifts where id = ${giftId}
      union all
      select created_at, case when redriven_by is null then 'send_requested' else 'redriven' end, request_id,
        jsonb_build_object('by', redriven_by)
      from send_requests where gift_id = ${giftId}
      union all
      select created_at, 'requeued', request_id, jsonb_build_object('by', requeued_by)
      from requeues where gift_id = ${giftId}
      union all
      select created_at, 'waiting_in_outbox', body::jsonb ->> 'request_id',
        jsonb_build_object('outbox_id', id, 'attempts', attempts, 'last_error', last_error)
      from outbox where body ^@ ${`{"gift_id":"${giftId}"`}
      union all
      select started_at, 'attempt', request_id, jsonb_build_object('number', number, 'receive_count', receive_count,
        'outcome', outcome, 'finished_at', finished_at, 'error_code', error_code, 'error_message', error_message,
        'provider_reference', provider_reference)
      from send_attempts where gift_id = ${giftId}
      union all
      select created_at, 'dead_lettered', request_id,
        jsonb_build_object('dead_letter_id', id, 'message_id', message_id, 'error', error)
      from dead_letters where gift_id = ${giftId}
      union all
      select resolved_at, 'dead_letter_closed', request_id, jsonb_build_object('dead_letter_id', id, 'state', state,
        'by', resolved_by, 'redrive_request_id', redrive_request_id)
      from dead_letters where gift_id = ${giftId} and resolved_at is not null
    ) as story
    order by at, array_position(${[...storyEvents]}::text[], event), (facts ->> 'number')::int`.execute(db);
  return { gift, events: rows };
}
