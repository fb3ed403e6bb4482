import { readTracesPerSecond } from "@gift/telemetry/config";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendGift } from "../journey/client.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createTracedSystem } from "./traced-system.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

test("beyond so many requests a second traces are dropped whole, in both processes; every metric and line stays", async () => {
  const system = await createTracedSystem(database.connection, sqs);
  const few = { TRACES_PER_SECOND: "1" };
  const [api, worker] = await Promise.all([system.startApi(few), system.startWorker("gift", few)]);
  const sends = await Promise.all(Array.from({ length: 40 }, () => sendGift(system.apiUrl)));
  const sent = () => worker.logs.filter(({ event }) => event === "send.sent").length;
  await expect.poll(sent, { timeout: 15_000 }).toBe(sends.length);
  await Promise.all([api.stop(), worker.stop()]);
  const { spans, points } = system.agent;
  const requests = spans.filter(({ name }) => name === "web.request");
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.length).toBeLessThan(sends.length);
  const kept = new Set(requests.map(({ traceId }) => traceId));
  expect(spans.filter(({ traceId }) => !kept.has(traceId))).toEqual([]);
  const accepted = points.filter(({ name }) => name === "gift.send.accepted").flatMap(({ values }) => values);
  expect(accepted.reduce((sum, value) => sum + value, 0)).toBe(sends.length);
});

test("how many traces are kept is 10 a second unless TRACES_PER_SECOND says otherwise, in a number above 0", () => {
  expect(readTracesPerSecond({})).toBe(10);
  expect(readTracesPerSecond({ TRACES_PER_SECOND: "0.5" })).toBe(0.5);
  for (const wrong of ["", "0", "-1", "many", "Infinity"])
    expect(() => readTracesPerSecond({ TRACES_PER_SECOND: wrong })).toThrow(
      /TRACES_PER_SECOND must be a number above 0/,
    );
});
