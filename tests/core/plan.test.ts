import { randomUUID } from "node:crypto";
import { openDatabase } from "@gift/core/database/database";
import { listFailedGiftIds } from "@gift/core/dead-letter/failed-gifts";
import { listDeadLetters } from "@gift/core/dead-letter/find";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { tallyFailedGifts } from "@gift/core/figure/failed-gifts";
import { createGift } from "@gift/core/gift/create";
import { findGift, listGifts } from "@gift/core/gift/find";
import { markFailed } from "@gift/core/gift/mark-failed";
import { markSent } from "@gift/core/gift/mark-sent";
import { queueAgain } from "@gift/core/gift/queue-again";
import { requestSend } from "@gift/core/gift/request-send";
import { requeueGifts } from "@gift/core/gift/requeue";
import { sweepOutbox } from "@gift/core/outbox/sweep";
import { beginAttempt } from "@gift/core/send-attempt/begin";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();

/** One connection: what it has prepared is what the hot path runs. */
const open = () => openDatabase({ ...own.connection, maxConnections: 1, applicationName: "test" });
let db: ReturnType<typeof open>;

const failure = { code: "PROVIDER_UNAVAILABLE", message: "no" };
const tables = ["gifts", "send_requests", "send_attempts", "dead_letters", "outbox"];

beforeAll(async () => {
  db = open();
  await sql`
    with created as (insert into gifts (amount) select 1 from generate_series(1, 30000) returning id),
    requested as (
      insert into send_requests (gift_id, request_id, response_body) select id, 'one', '{}' from created returning gift_id
    ), attempted as (
      insert into send_attempts (gift_id, request_id, number, receive_count) select gift_id, 'one', 1, 1 from requested
    )
    insert into dead_letters (message_id, queue, body, receive_count, gift_id, request_id, error, state, resolved_by, resolved_at)
    select gift_id::text, 'gift-dead-letters', '{}', 1, gift_id, 'one', 'CODE: x', 'DISCARDED', 'olga', now()
    from requested limit 10000`.execute(own.db);
  await sql`
    insert into outbox (destination, body, available_at)
    select 'gift', '{}', now() + interval '1 hour' from generate_series(1, 20000)`.execute(own.db);
  await sql`update gifts set status = 'SENT', request_id = 'one'`.execute(own.db);
  await sql`vacuum analyze`.execute(own.db);
}, 120_000);

afterAll(() => db.destroy());

/** A gift's life, with every statement of the hot path in it. */
async function live(): Promise<void> {
  const { id: giftId } = await createGift(db, { amount: 1, message: null });
  const requestId = randomUUID();
  await requestSend(db, { giftId, owner: "anybody", requestId, leaseSeconds: 0 });
  await requestSend(db, { giftId, owner: "anybody", requestId, leaseSeconds: 0 });
  await sweepOutbox(db, () => Promise.resolve(), { limit: 10, leaseSeconds: 30 });
  const first = await begin(giftId, requestId);
  await recordRetry(db, first, failure);
  const second = await begin(giftId, requestId);
  await markFailed(db, second, failure);
  await db.transaction().execute((trx) => queueAgain(trx, { giftId, operator: "olga" }));
  await markSent(db, second, "reference");
  const body = encodeSendMessage(giftId, requestId);
  await recordDeadLetter(db, {
    messageId: randomUUID(),
    queue: "gift-dead-letters",
    body,
    attributes: {},
    receiveCount: 5,
  });
  await findGift(db, giftId, "anybody");
}

async function begin(giftId: string, requestId: string) {
  const beginning = await beginAttempt(db, { giftId, requestId, receiveCount: 1 });
  if (beginning.kind !== "begun") throw new Error(`the attempt did not begin: ${beginning.kind}`);
  return beginning.attempt;
}

test("no statement of the hot path reads a table from end to end, whatever its parameters", async () => {
  for (let run = 0; run < 2; run += 1) await live();
  const { rows: prepared } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db);
  expect(prepared.length).toBeGreaterThanOrEqual(10);
  for (const { statement } of prepared)
    expect({ statement, reads: await wholeReads(statement) }).toEqual({ statement, reads: [] });
}, 60_000);

test("a statement that does is found", async () => {
  expect(await wholeReads("select * from gifts where amount = $1")).toEqual(["gifts"]);
});

const unsentLookups = [
  { index: "gifts_unsent", lookup: "the failed gifts", look: listFailed },
  { index: "gifts_unsent", lookup: "the oldest queued gifts", look: listOldestQueued },
  { index: "gifts_unsent", lookup: "the gifts to requeue", look: lookForRequeue },
  { index: "gifts_unsent", lookup: "the failed gifts without a dead letter", look: listFailedWithoutLetter },
  { index: "gifts_unsent", lookup: "the failed gifts of the operator page", look: tallyFailedGifts },
  { index: "dead_letters_open", lookup: "the open dead letters", look: listOpenLetters },
];

// 300,000 gifts SENT and 20 not: 42 ms by the primary key, 0.7 by the index.
test.each(unsentLookups)(
  "$lookup are found by $index, not by walking through what is done",
  async ({ index, look }) => {
    const connection = open();
    try {
      // The second time it is prepared.
      for (let run = 0; run < 2; run += 1) await look(connection);
      const { rows } = await sql<{ statement: string }>`
      select statement from pg_prepared_statements where statement ~ 'limit' and statement !~ 'pg_prepared'`.execute(
        connection,
      );
      const plans = await Promise.all(rows.map(({ statement }) => planOf(statement)));
      expect(plans).toEqual([expect.stringMatching(new RegExp(`(using|Scan on) ${index}\\b`))]);
    } finally {
      await connection.destroy();
    }
  },
);

function listFailed(from: typeof db): Promise<unknown> {
  return listGifts(from, { status: "FAILED", limit: 100 });
}

function listOldestQueued(from: typeof db): Promise<unknown> {
  return listGifts(from, { status: "QUEUED", isOldestFirst: true, limit: 100 });
}

function lookForRequeue(from: typeof db): Promise<unknown> {
  return from.transaction().execute((trx) => requeueGifts(trx, { idleSeconds: 3_600, limit: 100, operator: "olga" }));
}

function listFailedWithoutLetter(from: typeof db): Promise<unknown> {
  return listFailedGiftIds(from, { limit: 100 });
}

function listOpenLetters(from: typeof db): Promise<unknown> {
  return listDeadLetters(from, { state: "OPEN", limit: 100 });
}

/** Tables that the plan for any parameters, the one that a prepared statement may settle on, reads whole. */
async function wholeReads(statement: string): Promise<string[]> {
  const plan = await planOf(statement);
  return tables.filter((table) => new RegExp(`Seq Scan on ${table}\\b`).test(plan));
}

async function planOf(statement: string): Promise<string> {
  const { rows } = await sql<{ "QUERY PLAN": string }>`explain (generic_plan) ${sql.raw(statement)}`.execute(own.db);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}
