import { randomUUID } from "node:crypto";
import { openDatabase } from "@gift/core/database/database";
import { appendToOutbox } from "@gift/core/outbox/append";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { createPublisher } from "@gift/queue/publisher";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { publishToDestination } from "@gift/worker/outbox/destination";
import { type OutboxRoleOptions, startOutboxRole } from "@gift/worker/role/outbox";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { captureLog } from "./captured-log.ts";

const database = useTestDatabase();
let sqs: SqsServer;
let queueUrl: string;

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  queueUrl = await sqs.createQueue(randomUUID());
});

function runOutboxRole(options: Partial<OutboxRoleOptions> = {}) {
  const captured = captureLog();
  const client = createSqsClient({ requestTimeoutMilliseconds: 1_000, maxAttempts: 1 });
  const role = startOutboxRole({
    db: database.db,
    log: captured.log,
    publish: publishToDestination(new Map([["gift", createPublisher({ client, queueUrl })]])),
    queues: ["gift"],
    batch: 100,
    intervalMilliseconds: 50,
    leaseSeconds: 30,
    ...options,
  });
  onTestFinished(async () => {
    await role.stop(500);
    client.destroy();
  });
  return { ...captured, role };
}

async function append(count: number, destination = "gift"): Promise<void> {
  await database.db.transaction().execute(async (trx) => {
    for (let index = 0; index < count; index += 1)
      await appendToOutbox(trx, { destination, body: `${destination} ${index}` });
  });
}

async function depth(): Promise<number> {
  return (await database.db.selectFrom("outbox").select("id").execute()).length;
}

const published = async () => (await sqs.counts(queueUrl)).visible;

test("what was left in the outbox is published and deleted, full sweeps without a pause between them", async () => {
  await append(250);
  const { of } = runOutboxRole({ intervalMilliseconds: 600_000 });
  // With an interval of ten minutes only full sweeps can have followed one another.
  await expect.poll(published).toBe(250);
  await expect.poll(depth).toBe(0);
  expect(of("outbox.swept").map((line) => line.published)).toEqual([100, 100, 50]);
});

test("what is left behind later is found within the interval", async () => {
  const { of } = runOutboxRole();
  await append(3);
  await expect.poll(published).toBe(3);
  await expect.poll(() => of("outbox.swept").length).toBeGreaterThan(0);
});

test("an empty outbox logs nothing", async () => {
  let sweeps = 0;
  const db = openDatabase({ ...database.connection, maxConnections: 1, applicationName: "counted" });
  const counted = db.withPlugin({
    transformQuery: ({ node }) => {
      sweeps += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  onTestFinished(() => db.destroy());
  const { events } = runOutboxRole({ db: counted, intervalMilliseconds: 1 });
  await expect.poll(() => sweeps).toBeGreaterThan(5);
  expect(events()).toEqual([]);
});

describe("a destination that is not linked", () => {
  test("is an error on its row and doesn't hold up the others", async () => {
    await append(2, "carrier-pigeon");
    await append(5);
    const { of } = runOutboxRole();
    await expect.poll(published).toBe(5);
    await expect.poll(depth).toBe(2);
    const rows = await database.db.selectFrom("outbox").select(["destination", "last_error"]).execute();
    const last_error =
      "UnknownDestinationError: no queue carrier-pigeon is linked to the outbox role; it publishes to gift";
    expect(rows).toEqual(Array(2).fill({ destination: "carrier-pigeon", last_error }));
    expect(of("outbox.swept")).toMatchObject([{ published: 5, refused: 2, error_code: "UNKNOWN_DESTINATION" }]);
  });
});

describe("SQS away", () => {
  test("the outbox keeps everything, says so once, and drains by itself when SQS is back", async () => {
    await sqs.goAway();
    await append(150);
    const { of, events } = runOutboxRole();
    await expect.poll(() => of("outbox.blocked").length).toBe(1);
    const rows = database.db.selectFrom("outbox").select("id").where("last_error", "is not", null);
    await expect.poll(async () => (await rows.execute()).length).toBe(150);
    expect(events()).toEqual(["outbox.blocked"]);
    expect(of("outbox.blocked")).toMatchObject([
      { status: "error", error_message: expect.stringMatching(/ECONNREFUSED/) },
    ]);
    await sqs.comeBack();
    await expect.poll(published).toBe(150);
    await expect.poll(depth).toBe(0);
    expect(of("outbox.swept").reduce((sum, line) => sum + Number(line.published), 0)).toBe(150);
  });
});

describe("Postgres away", () => {
  test("the role backs off and lives, and goes on when Postgres answers again", async () => {
    const proxy = await startTcpProxy(database.connection);
    const db = openDatabase({
      ...database.connection,
      port: proxy.port,
      maxConnections: 1,
      applicationName: "proxied",
    });
    // Registered before the role, so undone after it.
    onTestFinished(async () => {
      await db.destroy();
      await proxy.close();
    });
    await proxy.cut();
    await append(1);
    const { of } = runOutboxRole({ db });
    await expect.poll(() => of("outbox.blocked").length).toBeGreaterThan(0);
    await proxy.mend();
    await expect.poll(published).toBe(1);
    await expect.poll(depth).toBe(0);
    // Cut in the middle of its work, it loses nothing either.
    const before = of("outbox.blocked").length;
    await proxy.cut();
    await append(1);
    await expect.poll(() => of("outbox.blocked").length).toBeGreaterThan(before);
    await proxy.mend();
    await expect.poll(published).toBe(2);
  });
});

describe("stop", () => {
  test("finishes the sweep in hand: nothing is published without being deleted", async () => {
    await append(100);
    const { role } = runOutboxRole();
    await expect.poll(role.inHand, { interval: 1 }).toBeGreaterThan(0);
    await role.stop(5_000);
    expect(role.inHand()).toBe(0);
    expect((await published()) + (await depth())).toBe(100);
  });

  test("doesn't wait for the interval", async () => {
    const { role } = runOutboxRole({ intervalMilliseconds: 600_000 });
    await expect.poll(role.inHand, { interval: 1 }).toBe(0);
    const startedAt = performance.now();
    await role.stop(5_000);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("gives up on a publish that hangs at its deadline; the rows' lease is what brings them back", async () => {
    await append(1);
    const { promise: never } = Promise.withResolvers<void>();
    const { role } = runOutboxRole({ publish: () => never });
    await expect.poll(role.inHand).toBe(1);
    await role.stop(100);
    expect(await depth()).toBe(1);
  });
});
