import { randomUUID } from "node:crypto";
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Database } from "@gift/core/database/database";
import { encodeSendMessage, parseSendMessage } from "@gift/core/send-request/send-message";
import { encodeSendResponse } from "@gift/core/send-request/send-response";
import { type Kysely, sql } from "kysely";
import { expect } from "vitest";
import { createRounds } from "./load.ts";

/** The last migration that the version before today's knew. */
export const previousMigration = "0003-error-fingerprints";

export interface PreviousVersion {
  /** Resolves once every client has seen so many gifts more become SENT, and its worker has sent so many more itself. */
  rounds(count: number): Promise<void>;
  /** Ends it; what it found wrong is thrown. */
  stop(): Promise<{ accepted: number; sent: number }>;
}

/**
 * The version before today's, as a deploy has it run beside the next: its clients, what its API did for them, and its worker,
 * in the statements that it ran.
 */
export function startPreviousVersion(db: Kysely<Database>, client: SQSClient, queueUrl: string, clients = 2) {
  const rounds = createRounds(clients + 1);
  let [accepted, sent, isStopping] = [0, 0, false];

  async function ask(index: number): Promise<void> {
    while (!isStopping) {
      const { giftId, outboxId, body } = await createAndSend(db);
      accepted += 1;
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
      await sql`delete from outbox where id = any(${[outboxId]}::bigint[])`.execute(db);
      await expect.poll(() => statusOf(db, giftId), { timeout: 30_000, interval: 10 }).toBe("SENT");
      rounds.done(index);
    }
  }

  async function work(): Promise<void> {
    while (!isStopping) {
      // Briefly, and one at a time: today's worker polls the same queue and is to have its share.
      const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 1 });
      for (const message of (await client.send(receive)).Messages ?? []) {
        await sendGift(db, message);
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
        sent += 1;
        rounds.done(clients);
      }
    }
  }

  const asking = Promise.all(Array.from({ length: clients }, (_, index) => ask(index)));
  const running = Promise.all([asking, work()]);
  const version: PreviousVersion = {
    rounds: (count) => Promise.race([rounds.more(count), running.then(() => undefined)]),
    async stop() {
      isStopping = true;
      await running;
      return { accepted, sent };
    },
  };
  return version;
}

async function createAndSend(db: Kysely<Database>) {
  const created = await sql<{ id: string }>`
    insert into "gifts" ("amount", "message") values (1, null) returning *`.execute(db);
  const giftId = created.rows[0]?.id ?? "";
  const requestId = randomUUID();
  const body = encodeSendMessage(giftId, requestId);
  const { rows } = await sql<{ outbox_id: string | null }>`
    with gift as (
      select id, status from gifts where id = ${giftId} for update
    ), queued as (
      update gifts set status = 'QUEUED', request_id = ${requestId}, updated_at = now()
      from gift where gifts.id = gift.id and gift.status = 'CREATED' and gifts.status = 'CREATED'
      returning gifts.id
    ), request as (
      insert into send_requests (gift_id, request_id, response_body)
      select id, ${requestId}, ${encodeSendResponse(giftId, requestId)} from queued
    ), message as (
      insert into outbox (destination, body, attributes, available_at)
      select 'gift', ${body}, '{}'::jsonb, now() + make_interval(secs => 5) from queued
      returning id
    )
    select (select id from message) as outbox_id`.execute(db);
  const outboxId = rows[0]?.outbox_id ?? null;
  expect(outboxId).not.toBeNull();
  return { giftId, outboxId, body };
}

async function statusOf(db: Kysely<Database>, giftId: string): Promise<string | undefined> {
  const { rows } = await sql<{ status: string }>`select * from gifts where id = ${giftId}`.execute(db);
  return rows[0]?.status;
}

async function sendGift(db: Kysely<Database>, { Body = "" }: Message): Promise<void> {
  const { gift_id, request_id } = parseSendMessage(Body) ?? { gift_id: "", request_id: "" };
  const begun = await sql<{ attempt_id: string | null }>`
    with gift as (
      select id, status, request_id from gifts where id = ${gift_id}
    ), attempt as (
      insert into send_attempts (gift_id, request_id, number, receive_count)
      select id, request_id, 1 + (
        select count(*) from send_attempts earlier
        where earlier.gift_id = gift.id and earlier.request_id = gift.request_id
      ), 1
      from gift where status = 'QUEUED' and request_id = ${request_id}
      on conflict (gift_id, request_id, number) do nothing
      returning id, number
    )
    select gift.*, attempt.id as attempt_id, attempt.number from gift left join attempt on true`.execute(db);
  await sql`
    insert into simulated_provider.sends as send (idempotency_key, gift_id, calls, effects, reference, effective_at)
    values (${`gift:${gift_id}:${request_id}`}, ${gift_id}, 1, 1, gen_random_uuid(), now())
    on conflict (idempotency_key) do update set calls = send.calls + 1`.execute(db);
  const marked = await sql<{ is_moved: boolean }>`
    with gift as (
      update gifts set status = 'SENT', last_error = null, updated_at = now()
      where id = ${gift_id} and status = 'QUEUED' and request_id = ${request_id}
      returning id
    ), attempt as (
      update send_attempts set finished_at = now(), outcome = 'SENT', provider_reference = 'reference'
      where id = ${begun.rows[0]?.attempt_id} and outcome is null
    )
    select exists (select from gift) as is_moved`.execute(db);
  expect(marked.rows).toEqual([{ is_moved: true }]);
}
