import { randomUUID } from "node:crypto";
import type { Database } from "@gift/core/database/database";
import { createGift } from "@gift/core/gift/create";
import { requestSend } from "@gift/core/gift/request-send";
import { deleteFromOutbox } from "@gift/core/outbox/delete";
import { type Kysely, sql } from "kysely";
import { listAttempts } from "../support/attempts.ts";

export interface QueuedGift {
  readonly giftId: string;
  readonly requestId: string;
  /** The message that carries its send, which nobody has published. */
  readonly body: string;
}

/** A gift in QUEUED whose outbox row is gone: the test plays the publisher. */
export async function queueGift(db: Kysely<Database>, message: string | null = null): Promise<QueuedGift> {
  const gift = await queueGiftInOutbox(db, message);
  await deleteFromOutbox(db, [gift.outboxId]);
  return gift;
}

/** A gift in QUEUED with its outbox row due now: the test leaves publishing to the outbox role. */
export async function queueGiftInOutbox(
  db: Kysely<Database>,
  message: string | null = null,
): Promise<QueuedGift & { outboxId: string }> {
  const { id: giftId } = await createGift(db, { amount: 100, message });
  const requestId = randomUUID();
  const outcome = await requestSend(db, { giftId, owner: "anybody", requestId, leaseSeconds: 0 });
  if (outcome.kind !== "accepted") throw new Error(`the send was not accepted: ${outcome.kind}`);
  return { giftId, requestId, body: outcome.message.body, outboxId: outcome.message.id };
}

/** So many gifts in QUEUED. */
export async function queueGifts(db: Kysely<Database>, count: number): Promise<QueuedGift[]> {
  return await Promise.all(Array.from({ length: count }, () => queueGift(db)));
}

/** A gift's status and last error, as a client sees them. */
export async function stateOf(db: Kysely<Database>, giftId: string) {
  const query = db.selectFrom("gifts").select(["status", "last_error", "request_id"]).where("id", "=", giftId);
  return await query.executeTakeFirstOrThrow();
}

/** A gift's attempts, reduced to what tests compare. */
export async function attemptsOf(db: Kysely<Database>, giftId: string) {
  const attempts = await listAttempts(db, giftId);
  return attempts.map(({ number, outcome, error_code, receive_count }) => {
    return { number, outcome, error_code, receive_count };
  });
}

export interface ProviderRow {
  idempotency_key: string;
  calls: number;
  effects: number;
  reference: string | null;
}

/** What the simulated provider recorded for a gift, one row per idempotency key. */
export async function providerRowsOf(db: Kysely<Database>, giftId: string): Promise<ProviderRow[]> {
  const { rows } = await sql<ProviderRow>`
    select idempotency_key, calls, effects, reference from simulated_provider.sends
    where gift_id = ${giftId} order by created_at`.execute(db);
  return rows;
}

/** How many gifts are in each status, and the sum of it all that must hold: effects per key never pass 1. */
export async function tally(db: Kysely<Database>) {
  const { rows } = await sql<{ status: string; gifts: number }>`
    select status, count(*)::int as gifts from gifts group by status order by status`.execute(db);
  const effects = await sql<{ effects: number; most: number | null }>`
    select coalesce(sum(effects), 0)::int as effects, max(effects) as most from simulated_provider.sends`.execute(db);
  const count = (status: string) => rows.find((row) => row.status === status)?.gifts ?? 0;
  return {
    queued: count("QUEUED"),
    sent: count("SENT"),
    failed: count("FAILED"),
    effects: effects.rows[0]?.effects ?? 0,
    mostEffectsPerKey: effects.rows[0]?.most ?? 0,
  };
}
