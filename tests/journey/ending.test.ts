import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { tally } from "../worker/gifts.ts";
import { sendGift, startLoad } from "./client.ts";
import { createSystem } from "./system.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

/** Counts must be this test's alone. */
async function inOwnDatabase(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

test("kill -9 of the API between commit and publish: the sweep publishes what it had accepted", () =>
  inOwnDatabase(async ({ db, connection }) => {
    const system = await createSystem(connection, sqs);
    const api = await system.startApi();
    system.apiSqs.holdCalls("SendMessageBatch");
    const sends = await Promise.all(Array.from({ length: 20 }, () => sendGift(system.apiUrl)));
    api.kill("SIGKILL");
    await api.exited;
    expect(await db.selectFrom("outbox").selectAll().execute()).toHaveLength(sends.length);
    await system.startWorker("gift,outbox");
    await expect.poll(() => tally(db)).toMatchObject({ sent: sends.length, mostEffectsPerKey: 1 });
    await expect.poll(() => db.selectFrom("outbox").selectAll().execute()).toEqual([]);
  }));

test("SIGTERM of every process under load: exit 0, nothing accepted is lost, nothing is attempted twice", () =>
  inOwnDatabase(async ({ db, connection }) => {
    const system = await createSystem(connection, sqs);
    const first = await Promise.all([system.startApi(), system.startWorker("gift"), system.startWorker("outbox")]);
    const load = startLoad(system.apiUrl, 16);
    await expect.poll(async () => (await tally(db)).sent).toBeGreaterThan(100);
    const exits = await Promise.all(first.map((each) => each.stop()));
    expect(exits).toEqual(first.map(() => ({ code: 0, signal: null })));
    await Promise.all([system.startApi(), system.startWorker("gift"), system.startWorker("outbox")]);
    const accepted = await load.stop();
    await expect.poll(async () => (await tally(db)).queued).toBe(0);
    expect(await tally(db)).toMatchObject({ sent: accepted.length, failed: 0, effects: accepted.length });
    const { rows } = await sql<{ attempts: number; receives: number }>`
      select count(*)::int as attempts, max(receive_count) as receives from send_attempts`.execute(db);
    expect(rows[0]).toEqual({ attempts: accepted.length, receives: 1 });
  }));
