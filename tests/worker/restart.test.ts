import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "@gift/core/database/database";
import { migrate } from "@gift/core/migration/migrate";
import { freePort } from "@gift/local/free-port";
import { type PostgresOptions, type PostgresServer, startPostgres } from "@gift/local/postgres/server";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { queueGifts, tally } from "./gifts.ts";
import { createWorld, runGiftRole, useRoles, type World } from "./roles.ts";

let options: PostgresOptions;
let postgres: PostgresServer;
let sqs: SqsServer;
let world: World;
let db: Kysely<Database>;

// A server of its own: the run's would take every other test file down with it.
beforeAll(async () => {
  options = {
    dataFolder: join(tmpdir(), `gift-restart-${randomUUID()}`),
    port: await freePort(),
    settings: { fsync: "off" },
  };
  [postgres, sqs] = await Promise.all([startPostgres(options), startSqs()]);
  const connection = { host: postgres.host, port: postgres.port, user: postgres.user, database: "postgres" };
  db = openDatabase({ ...connection, applicationName: "test", maxConnections: 8 });
  await migrate(db);
  world = await createWorld({ db, connection }, sqs);
});
afterAll(async () => {
  await db.destroy();
  await Promise.all([postgres.stop(), sqs.close()]);
  await rm(options.dataFolder, { recursive: true, force: true });
});
useRoles();

test("Postgres restarted under load: the worker pauses, burns no receive counts, and every gift is SENT", async () => {
  const gifts = await queueGifts(db, 400);
  const { of, role } = await runGiftRole(world, {
    provider: { latency: { least: 10, most: 30 } },
    tuning: {
      slots: 20,
      visibilityTimeoutSeconds: 5,
      backoff: { baseSeconds: 1, factor: 1, capSeconds: 1 },
      circuit: { window: 50, failureRatio: 0.9, pauseSeconds: 0.3 },
    },
  });
  await sqs.send(
    world.queueUrl,
    gifts.map(({ body }) => body),
  );
  await expect.poll(async () => (await tally(db)).sent).toBeGreaterThan(50);
  await postgres.stop();
  await expect.poll(() => of("consumer.circuit_opened")).toMatchObject([{ reason: "unavailable" }]);
  await expect.poll(role.inHand).toBeLessThanOrEqual(20);
  // Ten times the circuit's pause: a worker that kept receiving would be out of receives before the end.
  const awayUntil = performance.now() + 3_000;
  await expect.poll(() => performance.now() > awayUntil).toBe(true);
  postgres = await startPostgres(options);
  await expect
    .poll(() => tally(db).catch(() => undefined))
    .toMatchObject({
      queued: 0,
      sent: 400,
      failed: 0,
      mostEffectsPerKey: 1,
    });
  const { rows } = await sql<{ most: number }>`select max(receive_count) as most from send_attempts`.execute(db);
  expect(rows[0]?.most).toBeLessThanOrEqual(3);
  expect(of("consumer.circuit_closed")).toHaveLength(1);
  await expect.poll(() => sqs.counts(world.queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  expect(await sqs.counts(world.deadLettersUrl)).toEqual({ visible: 0, inFlight: 0 });
});
