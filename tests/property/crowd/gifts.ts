import type { Database } from "@gift/core/database/database";
import type { GiftStatus } from "@gift/core/gift/gift.state";
import { type Kysely, sql } from "kysely";
import type { GiftPlan } from "./program.ts";

/** What there is of a gift before the crowd comes. */
export interface SeededGift {
  readonly id: string;
  readonly code: string;
  readonly amount: number;
  readonly message: string;
  readonly status: GiftStatus;
  readonly owner: string | null;
  /** Its send requests, the current one last. */
  readonly requestIds: readonly string[];
  readonly attempts: readonly SeededAttempt[];
}

export interface SeededAttempt {
  readonly id: string;
  readonly giftId: string;
  readonly requestId: string;
  readonly number: number;
  readonly outcome: "RETRY" | null;
}

/** Keys, which gifts have in common: the current request's, one that nobody has used, and the overtaken one's. */
export const requestIds = ["key-0", "key-1", "key-2"] as const;

/** So long ago each gift's requests were made, each other than the next: a latency that is another gift's shows. */
export const ageSeconds = (index: number) => 100 * (index + 1);

/** What the request was answered when it was accepted. */
export const seededBody = (giftId: string, requestId: string) => `{"seeded":"${giftId} ${requestId}"}`;

/** Stores the gifts, each with its requests and, per request, an attempt that is to be made again and one that runs. */
export async function seedGifts(db: Kysely<Database>, plans: readonly GiftPlan[]): Promise<SeededGift[]> {
  const gifts: SeededGift[] = [];
  for (const [index, plan] of plans.entries()) gifts.push(await seedGift(db, index, plan));
  return gifts;
}

async function seedGift(db: Kysely<Database>, index: number, plan: GiftPlan): Promise<SeededGift> {
  const { status, owner } = plan;
  const own = status === "CREATED" ? [] : [...(plan.isRedriven ? [requestIds[2]] : []), requestIds[0]];
  const [amount, message] = [1_000 + index, `message ${index}`];
  const { rows } = await sql<{ id: string; code: string }>`
    insert into gifts (amount, message, client_id, status, request_id, last_error)
    values (${amount}, ${message}, ${owner}, ${status}, ${own.at(-1) ?? null}, ${status === "FAILED" ? "X: y" : null})
    returning id, code`.execute(db);
  const { id, code } = rows[0] ?? { id: "", code: "" };
  const attempts: SeededAttempt[] = [];
  for (const requestId of own) attempts.push(...(await seedRequest(db, id, requestId, ageSeconds(index))));
  return { id, code, amount, message, status, owner, requestIds: own, attempts };
}

async function seedRequest(db: Kysely<Database>, giftId: string, requestId: string, age: number) {
  const { rows } = await sql<Pick<SeededAttempt, "id" | "number" | "outcome">>`
    with request as (
      insert into send_requests (gift_id, request_id, response_body, created_at)
      values (${giftId}, ${requestId}, ${seededBody(giftId, requestId)}, now() - make_interval(secs => ${age}))
    )
    insert into send_attempts (gift_id, request_id, number, receive_count, finished_at, outcome, error_code)
    values (${giftId}, ${requestId}, 1, 1, now(), 'RETRY', 'PROVIDER_UNAVAILABLE'),
      (${giftId}, ${requestId}, 2, 2, null, null, null)
    returning id, number, outcome`.execute(db);
  return rows.map((row) => ({ ...row, giftId, requestId }));
}
