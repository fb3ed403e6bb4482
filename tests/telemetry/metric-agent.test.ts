import type { Point } from "@gift/agent/point";
import { type MetricName, metrics } from "@gift/telemetry/metric";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createTracedSystem } from "./traced-system.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

/** Added by the tracer's client, from its environment. */
const unifiedTags = ["env", "service", "version"];

const ownTags = ({ tags }: Point) => new Set(Object.keys(tags).filter((tag) => !unifiedTags.includes(tag)));

test("a process that ends has sent the agent what it measured, named and tagged as in the table", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const [api, worker] = await Promise.all([system.startApi(), system.startWorker("gift,outbox,dead-letters")]);
  const headers = { "content-type": "application/json", "idempotency-key": "key-1" };
  const created = await fetch(`${system.apiUrl}/gifts`, { method: "POST", headers, body: '{"amount":1}' });
  const { gift_id } = (await created.json()) as { gift_id: string };
  expect((await fetch(`${system.apiUrl}/gifts/${gift_id}/send`, { method: "POST", headers })).status).toBe(202);
  await worker.event("send.sent");
  const ends = await Promise.all([api.stop(), worker.stop()]);
  expect(ends).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);

  const points = system.agent.points.filter(({ name }) => name in metrics);
  expect(system.agent.points.filter(({ name }) => name.startsWith("gift.") && !(name in metrics))).toEqual([]);
  for (const point of points) {
    const row = metrics[point.name as MetricName];
    expect(point.kind).toBe(row.kind);
    expect(ownTags(point)).toEqual(new Set(row.tags));
    expect(point.tags).toMatchObject({ env: "test", version: "1", service: expect.stringMatching(/^(api|worker)$/) });
  }

  const valuesOf = (name: MetricName) => points.filter((point) => point.name === name).flatMap(({ values }) => values);
  for (const name of ["gift.created", "gift.send.accepted", "gift.send.sent"] as const)
    expect(valuesOf(name)).toEqual([1]);
  expect(valuesOf("gift.http.responses")).toEqual([1, 1]);
  expect(valuesOf("gift.http.duration")).toHaveLength(2);
  expect(valuesOf("gift.send.latency")).toHaveLength(1);
  expect(valuesOf("gift.outbox.depth").at(-1)).toBe(0);
});
