import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "@gift/agent/agent";
import type { Point } from "@gift/agent/point";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { sendGift, statusOf } from "../journey/client.ts";
import { createSystem } from "../journey/system.ts";
import { useTestDatabase } from "../support/database.ts";
import type { LogLine, StartedProcess } from "../support/process.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createTracedSystem, tracedEnvironment } from "./traced-system.ts";

const database = useTestDatabase();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

/**
 * What a process that is stopped at once would still hold: the tracer's own intervals, not those of the other tests.
 */
const usualIntervals = { DD_TRACE_FLUSH_INTERVAL: "2000" };

test("SIGTERM right after the work loses no span, no metric and no line", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gift-log-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const system = await createTracedSystem(database.connection, sqs);
  const environment = { ...usualIntervals, LOG_DIRECTORY: directory };
  const [api, worker] = await Promise.all([system.startApi(environment), system.startWorker("gift", environment)]);
  const sends = await Promise.all(Array.from({ length: 50 }, () => sendGift(system.apiUrl)));
  await expect.poll(() => sentLines(worker).length).toBe(sends.length);
  expect(await Promise.all([api.stop(), worker.stop()])).toMatchObject([{ code: 0 }, { code: 0 }]);

  const { spans, points } = system.agent;
  const giftIds = new Set(sends.map(({ giftId }) => giftId));
  for (const name of ["web.request", "sqs.process"])
    expect(new Set(spans.flatMap((span) => (span.name === name && span.meta.gift_id) || []))).toEqual(giftIds);
  expect(spans.filter(({ name }) => name === "sqs.send")).toHaveLength(sends.length);
  expect([sumOf(points, "gift.send.accepted"), sumOf(points, "gift.send.sent")]).toEqual([sends.length, sends.length]);
  for (const [name, { logs }] of Object.entries({ api, worker })) {
    const lines = readFileSync(join(directory, `${name}.log`), "utf8")
      .trim()
      .split("\n");
    expect(lines.map((line): LogLine => JSON.parse(line))).toEqual(logs);
  }
});

test.each([
  ["nobody listens at the agent's address", refusing],
  ["the agent takes connections and never answers", hanging],
])("%s: sends go on, and a stop takes no longer", async (_, startSilentAgent) => {
  const url = await startSilentAgent();
  const system = await createSystem(database.connection, sqs);
  const [api, worker] = await Promise.all([
    system.startApi({ ...tracedEnvironment(url, "api"), ...usualIntervals }),
    system.startWorker("gift", { ...tracedEnvironment(url, "worker"), ...usualIntervals }),
  ]);
  const { giftId } = await sendGift(system.apiUrl);
  await expect.poll(() => statusOf(system.apiUrl, giftId)).toBe("SENT");
  const since = performance.now();
  expect(await Promise.all([api.stop(), worker.stop()])).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(performance.now() - since).toBeLessThan(10_000);
  for (const { output } of [api, worker]) expect(linesOf(output()).filter((line) => !line.startsWith("{"))).toEqual([]);
});

test("without the preload nothing is traced: no attribute on a message, no id on a line, no tracer in memory", async () => {
  const agent = await startAgent();
  onTestFinished(agent.stop);
  const system = await createSystem(database.connection, sqs);
  system.apiSqs.holdCalls("SendMessageBatch");
  const api = await system.startApi({ DD_TRACE_AGENT_URL: agent.url, DD_SERVICE: "api" });
  const { giftId } = await sendGift(system.apiUrl);
  const rows = await database.db.selectFrom("outbox").select(["attributes", "body"]).execute();
  expect(rows.filter(({ body }) => body.includes(giftId))).toMatchObject([{ attributes: {} }]);
  api.kill("SIGKILL");
  await api.exited;
  expect(api.logs.filter((line) => "dd" in line)).toEqual([]);
  expect(agent.requestsTo("/")).toBe(0);
});

function sentLines({ logs }: StartedProcess): readonly LogLine[] {
  return logs.filter(({ event }) => event === "send.sent");
}

function sumOf(points: readonly Point[], name: string): number {
  return points.filter((point) => point.name === name).reduce((sum, { values: [value = 0] }) => sum + value, 0);
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function refusing(): Promise<string> {
  return Promise.resolve("http://127.0.0.1:9");
}

async function hanging(): Promise<string> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
