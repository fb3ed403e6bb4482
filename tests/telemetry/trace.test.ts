import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Agent } from "@gift/agent/agent";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, createGift, sendGift, statusOf } from "../journey/client.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { queueGift, queueGiftInOutbox } from "../worker/gifts.ts";
import { createTracedSystem, loggedTraceIds, traceIdOf, traceOf, treeOf } from "./traced-system.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

test("one trace leads from POST …/send through the outbox, SQS and the worker to the UPDATE", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  await Promise.all([system.startApi(), system.startWorker("gift,outbox,dead-letters")]);
  const { giftId, key } = await sendGift(system.apiUrl);
  const trace = await traceOf(system.agent, giftId, ["web.request", "sqs.send", "sqs.process"]);
  expect(treeOf(trace)).toEqual(
    new Set([
      " > api POST /gifts/:gift_id/send",
      "api POST /gifts/:gift_id/send > api-postgres with gifts",
      "api POST /gifts/:gift_id/send > api send gift",
      "api POST /gifts/:gift_id/send > api-postgres delete outbox",
      "api POST /gifts/:gift_id/send > worker process gift",
      "worker process gift > worker-postgres with gifts",
      "worker process gift > worker-postgres with simulated_provider",
    ]),
  );
  for (const span of trace.filter(({ name }) => name === "web.request" || name === "sqs.process"))
    expect(span).toMatchObject({ isError: false, meta: { gift_id: giftId, request_id: key, env: "test" } });
});

test("every log line about a send carries its trace's id, in both processes", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const [api, worker] = await Promise.all([system.startApi(), system.startWorker("gift")]);
  const { giftId, key } = await sendGift(system.apiUrl);
  const [request] = await traceOf(system.agent, giftId, ["web.request", "sqs.process"]);
  for (const { logs } of [api, worker]) {
    const lines = logs.filter((line) => line.request_id === key);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(traceIdOf(line)).toBe(request?.traceId);
  }
});

test("a redelivery is a second span of the same trace, with its receive count; the failed attempt is an error", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const [, worker] = await Promise.all([system.startApi(), system.startWorker("gift")]);
  const { giftId } = await sendGift(system.apiUrl, "test:fail-first-1");
  const trace = await traceOf(system.agent, giftId, ["web.request", "sqs.process", "sqs.process"]);
  const deliveries = trace.filter(({ name }) => name === "sqs.process");
  expect(deliveries.map(({ metrics, isError }) => [metrics.receive_count, isError])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(deliveries[0]?.meta).toMatchObject({ error_code: expect.stringMatching(/^PROVIDER_/) });
  expect(loggedTraceIds(worker, giftId)).toEqual([trace[0]?.traceId]);
});

test("a send that ends as a dead letter stays in its trace to the end", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  await Promise.all([system.startApi(), system.startWorker("gift,dead-letters")]);
  const { giftId } = await sendGift(system.apiUrl, "test:fail-first-5");
  const trace = await traceOf(
    system.agent,
    giftId,
    Array.from({ length: 6 }, () => "sqs.process"),
  );
  expect(trace.filter(({ resource }) => resource === "process gift-dead-letters")).toHaveLength(1);
});

test("what the sweep publishes for others stays in the trace of the request that committed it", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  system.apiSqs.holdCalls("SendMessageBatch");
  await Promise.all([system.startApi(), system.startWorker("gift,outbox")]);
  const sends = await Promise.all(Array.from({ length: 3 }, () => sendGift(system.apiUrl)));
  for (const { giftId } of sends) {
    const trace = await traceOf(system.agent, giftId, ["web.request", "sqs.send", "sqs.process"]);
    expect(treeOf(trace)).toContain("api POST /gifts/:gift_id/send > worker send gift");
    expect(new Set(trace.flatMap(({ meta }) => meta.gift_id ?? []))).toEqual(new Set([giftId]));
  }
}, 40_000);

test("a message committed outside of any trace begins one when it is published", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const { giftId } = await queueGiftInOutbox(database.db);
  await system.startWorker("gift,outbox");
  const delivery = await deliveryOf(system.agent, giftId);
  const sent = system.agent.spans.find(({ spanId }) => spanId === delivery.parentId);
  expect(sent).toMatchObject({ name: "sqs.send", parentId: undefined, traceId: delivery.traceId });
});

test.each(["not JSON", "null", "{}", '{"x-datadog-trace-id":"x"}'])(
  "a trace context that can't be read, %s, begins a trace of its own and holds nothing up",
  async (StringValue) => {
    const system = await createTracedSystem(database.connection, sqs);
    const { giftId, body } = await queueGift(database.db);
    const MessageAttributes = { _datadog: { DataType: "String", StringValue } };
    await sqs.client.send(new SendMessageCommand({ QueueUrl: system.queueUrl, MessageBody: body, MessageAttributes }));
    await system.startWorker("gift");
    expect(await deliveryOf(system.agent, giftId)).toMatchObject({ parentId: undefined, isError: false });
  },
);

test("a request that can't be served is an error on its span, with the log's code; a refused one is not", async () => {
  const system = await createTracedSystem({ ...database.connection, port: 9 }, sqs);
  await system.startApi();
  expect(await call("POST", `${system.apiUrl}/gifts`, { body: { amount: 1 } })).toMatchObject({ status: 503 });
  expect(await call("POST", `${system.apiUrl}/gifts`, { body: { amount: 0 } })).toMatchObject({ status: 400 });
  const requests = await system.agent.until(() => {
    const found = system.agent.spans.filter(({ name }) => name === "web.request");
    return found.length === 2 && found;
  });
  const byStatus = new Map(requests.map((span) => [span.meta["http.status_code"], span]));
  expect(byStatus.get("503")).toMatchObject({ isError: true, meta: { error_code: expect.any(String) } });
  expect(byStatus.get("400")).toMatchObject({ isError: false, resource: "POST /gifts" });
});

test("health checks, empty polls, sweeps and gauges make no span", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const [api, worker] = await Promise.all([system.startApi(), system.startWorker("gift,outbox,dead-letters")]);
  for (let round = 0; round < 5; round += 1)
    for (const path of ["/healthz", "/readyz", "/readyz?from=load-balancer"])
      expect(await call("GET", system.apiUrl + path)).toMatchObject({ status: 200 });
  await expect.poll(() => system.workerSqs.callsOf("ReceiveMessage")).toBeGreaterThan(6);
  expect(await call("GET", `${system.apiUrl}/nowhere`)).toMatchObject({ status: 404 });
  await Promise.all([api.stop(), worker.stop()]);
  expect(system.agent.points.map(({ name }) => name)).toContain("gift.outbox.depth");
  expect(system.agent.spans.map(({ name, meta }) => [name, meta["http.status_code"]])).toEqual([
    ["web.request", "404"],
  ]);
}, 30_000);

test("no span shows a gift's code, its message, or an Authorization header, and statements come without values", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const [api, worker] = await Promise.all([system.startApi(), system.startWorker("gift")]);
  const giftId = await createGift(system.apiUrl, "for your eyes only");
  const headers = { authorization: "Bearer secret-key", "idempotency-key": "k" };
  await fetch(`${system.apiUrl}/gifts/${giftId}/send`, { method: "POST", headers });
  await expect.poll(() => statusOf(system.apiUrl, giftId)).toBe("SENT");
  await Promise.all([api.stop(), worker.stop()]);
  const { code } = await database.db
    .selectFrom("gifts")
    .select("code")
    .where("id", "=", giftId)
    .executeTakeFirstOrThrow();
  const sent = JSON.stringify([system.agent.spans, system.agent.points]);
  for (const secret of [code, "for your eyes only", "secret-key"]) expect(sent).not.toContain(secret);
  const statements = system.agent.spans.filter(({ name }) => name === "pg.query");
  expect(statements.filter(({ resource }) => resource.includes(giftId))).toEqual([]);
  expect(statements.some(({ resource }) => resource.includes("$1"))).toBe(true);
});

function deliveryOf(agent: Agent, giftId: string) {
  return agent.until(() => agent.spans.find(({ name, meta }) => name === "sqs.process" && meta.gift_id === giftId));
}
