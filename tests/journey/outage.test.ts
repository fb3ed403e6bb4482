import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { freePort } from "@gift/local/free-port";
import { type PostgresServer, startPostgres } from "@gift/local/postgres/server";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { tally } from "../worker/gifts.ts";
import { call, createGift, sendGift, startLoad } from "./client.ts";
import { createSystem } from "./system.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const poll = { timeout: 30_000, interval: 50 };

test("SQS is away: every send is accepted, nothing is lost, and the backlog drains by itself", async () => {
  const system = await createSystem(database.connection, sqs);
  await Promise.all([system.startApi(), system.startWorker("gift,outbox")]);
  await sqs.goAway();
  const sends = await Promise.all(Array.from({ length: 100 }, () => sendGift(system.apiUrl)));
  expect(await tally(database.db)).toMatchObject({ queued: sends.length, sent: 0 });
  await sqs.comeBack();
  await expect
    .poll(() => tally(database.db), poll)
    .toMatchObject({ queued: 0, sent: sends.length, mostEffectsPerKey: 1 });
  expect(await database.db.selectFrom("outbox").selectAll().execute()).toEqual([]);
});

test("Postgres restarts under load: 503 with Retry-After, readyz says why, no receive count is burned, all is SENT", async () => {
  const own = await startOwnPostgres();
  const system = await createSystem(own.connection, sqs);
  await Promise.all([system.startApi(), system.startWorker("gift,outbox,dead-letters")]);
  const giftId = await createGift(system.apiUrl);
  const load = startLoad(system.apiUrl, 8);
  await expect.poll(async () => (await tally(own.db)).sent, poll).toBeGreaterThan(50);

  await own.stop();
  const refused = await call("POST", `${system.apiUrl}/gifts/${giftId}/send`, { key: "during-the-outage" });
  expect(refused).toMatchObject({ status: 503, text: expect.stringContaining("SERVICE_UNAVAILABLE") });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  const readyz = async () => await call("GET", `${system.apiUrl}/readyz`);
  const notReady = { status: 503, text: expect.stringMatching(/"status":"not_ready","reason":".+"/) };
  await expect.poll(readyz, poll).toMatchObject(notReady);
  expect(await call("GET", `${system.apiUrl}/healthz`)).toMatchObject({ status: 200 });
  await own.start();

  await expect.poll(async () => (await call("GET", `${system.apiUrl}/readyz`)).status, poll).toBe(200);
  const before = await tally(own.db);
  await expect.poll(async () => (await tally(own.db)).sent, poll).toBeGreaterThan(before.sent + 50);
  const accepted = await load.stop();
  await expect.poll(async () => (await tally(own.db)).queued, poll).toBe(0);
  const after = await tally(own.db);
  // A send whose 202 was cut off counts too: its client asked again and was answered by a replay.
  expect(after).toMatchObject({ sent: accepted.length, failed: 0, effects: accepted.length, mostEffectsPerKey: 1 });
  const { rows } = await sql<{ most: number }>`select max(receive_count) as most from send_attempts`.execute(own.db);
  expect(rows[0]?.most).toBeLessThanOrEqual(3);
}, 60_000);

/** A server that a test may stop and start; the run's own is everybody's. */
async function startOwnPostgres() {
  const dataFolder = join(tmpdir(), `gift-outage-${randomUUID()}`);
  const port = await freePort();
  let server: PostgresServer = await startPostgres({ dataFolder, port });
  const connection = { host: server.host, port, user: server.user, database: "postgres" };
  const db = openDatabase({ ...connection, maxConnections: 4, applicationName: "test" });
  onTestFinished(async () => {
    await db.destroy();
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });
  await migrate(db);
  return {
    connection,
    db,
    stop: () => server.stop(),
    async start() {
      server = await startPostgres({ dataFolder, port });
    },
  };
}
