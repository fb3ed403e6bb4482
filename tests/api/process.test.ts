import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { launchProcess } from "../support/process.ts";
import { lockRow } from "../support/row-lock.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { type ApiProcess, apiCommand, startApiProcess } from "./api-process.ts";
import { openConnection } from "./http.ts";
import { rowsOf } from "./rows.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const queue = (name: string) => sqs.createQueue(name);
const outboxDepth = async () => (await database.db.selectFrom("outbox").select("id").execute()).length;
const cleanExit = { code: 0, signal: null };

describe("the API as a process", () => {
  test("publishes what it accepted and leaves no outbox row behind", async () => {
    const queueUrl = await queue("publishes");
    const api = await startApiProcess({ connection: database.connection, queueUrl });
    const giftId = await api.gift();
    expect((await api.send(giftId)).status).toBe(202);
    await vi.waitFor(async () => expect((await rowsOf(database.db, giftId)).outbox).toEqual([]), 5_000);
    expect(await sqs.counts(queueUrl)).toMatchObject({ visible: 1 });
    expect(await api.stop()).toEqual(cleanExit);
  });

  test("logs one JSON line per event, with the ids of spec section 8", async () => {
    const api = await startApiProcess({ connection: database.connection, queueUrl: await queue("logs") });
    const giftId = await api.gift();
    await api.send(giftId, "order-1042");
    await api.call("GET", "/healthz");
    await api.stop();
    expect(api.logs.map(({ event }) => event)).toEqual([
      ...["service.ready", "gift.created", "send.accepted", "service.stopping", "service.stopped"],
    ]);
    expect(api.logs[2]).toMatchObject({
      ...{ service: "api", status: "info", gift_id: giftId, request_id: "order-1042" },
      ...{ message: expect.any(String), timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    // Nothing but these lines is printed.
    expect(api.output().split("\n")).toHaveLength(api.logs.length);
  });

  test("accepts sends while SQS is away, keeps them in the outbox and still ends in time", async () => {
    const api = await startApiProcess({ connection: database.connection });
    const giftId = await api.gift();
    expect((await api.send(giftId)).status).toBe(202);
    expect(await api.stop()).toEqual(cleanExit);
    expect((await rowsOf(database.db, giftId)).outbox).toHaveLength(1);
    expect(api.logs.filter(({ event }) => event === "outbox.left_behind")).toMatchObject([
      { gift_id: giftId, request_id: "key-1", error_code: expect.any(String) },
    ]);
  });

  test("starts without Postgres, says so in readyz, and is ready once Postgres is there", async () => {
    const proxy = await startTcpProxy(database.connection);
    await proxy.cut();
    const connection = { ...database.connection, port: proxy.port };
    const api = await startApiProcess({ connection });
    expect((await api.call("GET", "/readyz")).json).toEqual({ status: "not_ready", reason: "database_unreachable" });
    await proxy.mend();
    const readyz = async () => (await api.call("GET", "/readyz")).text;
    await expect.poll(readyz, { timeout: 3_000, interval: 100 }).toBe('{"status":"ready"}');
    expect(await api.stop()).toEqual(cleanExit);
    await proxy.close();
  });
});

describe("a process that can't start says why and exits 1", () => {
  const command = (environment: Record<string, string>, port = 0) =>
    apiCommand(port, { connection: database.connection, environment });

  test.each<[name: string, environment: Record<string, string>, message: RegExp]>([
    ["the port is in use", { PORT: "" }, /EADDRINUSE/],
    ["a variable is wrong", { TEST_VALUES: "maybe" }, /^the environment is not usable: TEST_VALUES: .*maybe/],
    ["two variables are wrong", { PORT: "http", DRAIN_GRACE_SECONDS: "60" }, /PORT: .*; DRAIN_GRACE_SECONDS: /],
    ["a binding is missing", { SST_RESOURCE_GiftQueueProducer: "" }, /GiftQueueProducer/],
    ["a binding is wrong", { SST_RESOURCE_GiftQueueProducer: '{"url":"gift"}' }, /GiftQueueProducer.*url/],
  ])("when %s", async (_name, environment, message) => {
    const port = new URL(sqs.origin).port;
    const failing = launchProcess(command({ ...environment, ...(environment.PORT === "" && { PORT: port }) }));
    expect(await failing.exited).toEqual({ code: 1, signal: null });
    expect(failing.logs.at(-1)).toMatchObject({
      event: "service.failed",
      status: "fatal",
      error_message: expect.stringMatching(message),
    });
  });
});

describe("SIGTERM", () => {
  test("ends an idle process at once, also with idle and silent connections open", async () => {
    const api = await startApiProcess({ connection: database.connection, queueUrl: await queue("idle") });
    const [idle, silent] = [await openConnection(api.port), await openConnection(api.port)];
    idle.write("GET /healthz HTTP/1.1\r\nhost: api\r\n\r\n");
    await idle.until('{"status":"ok"}');
    const before = Date.now();
    expect(await api.stop()).toEqual(cleanExit);
    expect(Date.now() - before).toBeLessThan(2_000);
    await Promise.all([idle.closed(), silent.closed()]);
  });

  test("lets a request in flight finish, tells its client to close, and refuses new connections", async () => {
    const queueUrl = await queue("in-flight");
    const api = await startApiProcess({ connection: database.connection, queueUrl });
    const giftId = await api.gift();
    const lock = await lockRow(database.connection, "gifts", giftId);
    const client = await openConnection(api.port);
    client.write(`POST /gifts/${giftId}/send HTTP/1.1\r\nhost: api\r\nidempotency-key: key-1\r\n\r\n`);
    await waitingForLock();
    api.kill("SIGTERM");
    await api.event("service.stopping");
    await vi.waitFor(() => expect(api.call("GET", "/healthz")).rejects.toThrow(), 5_000);
    await lock.release();
    const received = await client.closed();
    expect(received).toMatch(/^HTTP\/1.1 202 /);
    expect(received).toMatch(/connection: close/i);
    expect(await api.exited).toEqual(cleanExit);
    expect(await sqs.counts(queueUrl)).toMatchObject({ visible: 1 });
  });

  test("under load answers every request, exits 0 and loses nothing that it accepted", async () => {
    const queueUrl = await queue("load");
    const api = await startApiProcess({
      connection: database.connection,
      queueUrl,
      environment: { DRAIN_GRACE_SECONDS: "1" },
    });
    const before = await outboxDepth();
    const accepted: string[] = [];
    const clients = Array.from({ length: 20 }, () => sendUntilDraining(api, accepted));
    await vi.waitFor(() => expect(accepted.length).toBeGreaterThan(100), 10_000);
    api.kill("SIGTERM");
    await Promise.all(clients);
    expect(await api.exited).toEqual(cleanExit);
    const { visible } = await sqs.counts(queueUrl);
    expect(visible + (await outboxDepth()) - before).toBe(accepted.length);
    const { count } = await database.db
      .selectFrom("gifts")
      .select(({ fn }) => fn.countAll<string>().as("count"))
      .where("id", "in", accepted)
      .where("status", "=", "QUEUED")
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(accepted.length);
  });

  test("twice, or SIGINT after it, changes nothing", async () => {
    const api = await startApiProcess({ connection: database.connection });
    api.kill("SIGTERM");
    api.kill("SIGINT");
    // And not `stop`, whose signal would be a third one: it may meet a process that no longer listens for any.
    expect(await api.exited).toEqual(cleanExit);
    expect(api.logs.filter(({ event }) => event === "service.stopping")).toHaveLength(1);
  });
});

/** Behaves as a load balancer does: sends until /readyz asks it to stop. Any request without an answer rejects. */
async function sendUntilDraining(api: ApiProcess, accepted: string[]): Promise<void> {
  while ((await api.call("GET", "/readyz")).status === 200) {
    const giftId = await api.gift();
    const { status } = await api.send(giftId);
    expect(status).toBe(202);
    accepted.push(giftId);
  }
}

async function waitingForLock(): Promise<void> {
  await vi.waitFor(async () => {
    const { rows } = await sql`
      select pid from pg_stat_activity
      where datname = current_database() and application_name = 'api' and wait_event_type = 'Lock'`.execute(
      database.db,
    );
    expect(rows).toHaveLength(1);
  }, 5_000);
}
