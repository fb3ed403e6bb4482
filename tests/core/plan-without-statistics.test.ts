import { openDatabase } from "@gift/core/database/database";
import { createGifts } from "@gift/core/gift/create";
import { createMarkSentBatch } from "@gift/core/gift/mark-sent-batch";
import { createRequestSendBatch } from "@gift/core/gift/request-send-batch";
import { createBeginBatch } from "@gift/core/send-attempt/begin-batch";
import { sql } from "kysely";
import { afterAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

const own = useTestDatabase();
/** One connection: what it planned while the tables were empty is what it goes on with. */
const open = () => openDatabase({ ...own.connection, maxConnections: 1, applicationName: "test" });
let db: ReturnType<typeof open> | undefined;
afterAll(() => db?.destroy());

/** Thirty gifts at once on their way to SENT, through the three statements of the hot path. */
async function live(on: ReturnType<typeof open>): Promise<void> {
  const [send, begin, markSent] = [createRequestSendBatch(on), createBeginBatch(on), createMarkSentBatch(on)];
  const gifts = await createGifts(on, Array(30).fill({ amount: 1, message: null }));
  const requestId = "one";
  const each = <Result>(work: (giftId: string) => Promise<Result>) => Promise.all(gifts.map(({ id }) => work(id)));
  await each((giftId) => send({ giftId, owner: "anybody", requestId, leaseSeconds: 5 }));
  const begun = await each((giftId) => begin({ giftId, requestId, receiveCount: 1 }));
  const attempts = begun.flatMap((beginning) => (beginning.kind === "begun" ? [beginning.attempt] : []));
  const sent = await Promise.all(attempts.map((attempt) => markSent({ attempt, providerReference: "reference" })));
  expect(sent.filter(Boolean)).toHaveLength(30);
}

/** Times that a table was read from end to end, by whom ever. */
async function scansOf(table: string): Promise<number> {
  // Backends report at the end of a transaction, at most once a second, unless they are asked to.
  await sql`select pg_stat_force_next_flush()`.execute(db ?? own.db);
  const { rows } = await sql<{ scans: string }>`
    select seq_scan as scans from pg_stat_user_tables where relname = ${table}`.execute(own.db);
  return Number(rows[0]?.scans);
}

test("a table that was empty when its statements were planned isn't read from end to end when it has grown", async () => {
  db = open();
  for (let run = 0; run < 8; run += 1) await live(db);
  await sql`
    with created as (insert into gifts (amount) select 1 from generate_series(1, 20000) returning id)
    insert into send_requests (gift_id, request_id, response_body) select id, 'one', '{}' from created`.execute(own.db);
  const before = await Promise.all(["gifts", "send_requests", "send_attempts"].map(scansOf));
  for (let run = 0; run < 5; run += 1) await live(db);
  await expect
    .poll(() => Promise.all(["gifts", "send_requests", "send_attempts"].map(scansOf)), { timeout: 2_000 })
    .toEqual(before);
});
