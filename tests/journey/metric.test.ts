import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApiDocument } from "@gift/api/openapi/document";
import { startApi } from "@gift/api/service";
import { redriveGift } from "@gift/core/dead-letter/redrive";
import { sendErrors } from "@gift/core/send-attempt/send-error";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import { fleet } from "@gift/fleet/fleet";
import { freePort } from "@gift/local/free-port";
import { createLogFile } from "@gift/telemetry/log-file";
import { type MetricName, metrics as table } from "@gift/telemetry/metric";
import { type MetricTag, metricTags } from "@gift/telemetry/metric-tag";
import { startWorker } from "@gift/worker/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type Point, useMetrics } from "../support/metric.ts";
import { readSources } from "../support/sources.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { captureLog } from "../worker/captured-log.ts";
import { queueGiftInOutbox } from "../worker/gifts.ts";

const database = useTestDatabase();
const metrics = useMetrics();
let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

/** The API and every role of the worker, wired as their entry points wire them, in this process. */
async function startEverything() {
  const { queueUrl, deadLettersUrl } = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 });
  const { log } = captureLog();
  const { user: username, ...address } = database.connection;
  const link = { ...address, username, auth: "password" as const, password: "" };
  const port = await freePort();
  const common = { logLevel: "info" as const, areTestValuesAllowed: true, database: link };
  const stopApi = await startApi(
    { ...common, host: "127.0.0.1", port, authentication: "none", drainGraceSeconds: 0, queueUrl },
    log,
  );
  const stopWorker = await startWorker(
    {
      ...common,
      failureRate: 0,
      waitTimeSeconds: 1,
      retryBaseSeconds: 0,
      ecsAgentUri: undefined,
      roles: ["gift", "outbox", "dead-letters"],
      queueUrls: new Map([
        ["gift", queueUrl],
        ["gift-dead-letters", deadLettersUrl],
      ]),
      slack: undefined,
    },
    log,
  );
  const stop = () => Promise.all([stopApi(), stopWorker()]);
  return { queueUrl, url: `http://127.0.0.1:${port}`, stop };
}

async function createAndSend(url: string, message: string): Promise<string> {
  const headers = { "content-type": "application/json", "idempotency-key": "key-1" };
  const created = await fetch(`${url}/gifts`, {
    method: "POST",
    headers,
    body: JSON.stringify({ amount: 1, message }),
  });
  const { gift_id } = (await created.json()) as { gift_id: string };
  expect((await fetch(`${url}/gifts/${gift_id}/send`, { method: "POST", headers })).status).toBe(202);
  return gift_id;
}

/** The log file is the entry points' own; this one has no folder to be in. */
function loseLogLine(): void {
  const path = join(tmpdir(), randomUUID(), "gift.log");
  const file = createLogFile({ path, maxBytes: 1_000, kept: 1, onStateChange: () => undefined });
  file.write("lost\n");
  file.close();
}

const statusOf = (id: string) => async () =>
  (await database.db.selectFrom("gifts").select("status").where("id", "=", id).executeTakeFirstOrThrow()).status;

/** Codes of the dead-letter handler's own, which a gift's failure may carry as well. */
const deadLetterCodes = readSources("packages/core/src/dead-letter", "record.ts").flatMap(({ text }) =>
  Array.from(text.matchAll(/"([A-Z_]+): /g), ([, code]) => code ?? ""),
);

/** What a tag may say, where the table leaves it to others. */
const elsewhere: Partial<Record<MetricTag, readonly string[]>> = {
  operation: [
    ...Object.values(openApiDocument.paths).flatMap((methods) =>
      Object.values(methods).map((each) => each.operationId),
    ),
    ...["document", "unknown"],
  ],
  error_code: [...Object.keys(sendErrors), ...deadLetterCodes],
  queue: [...Object.keys(fleet.queues), "unknown"],
};

const hasExactly = (tags: object, wanted: readonly string[]) =>
  Object.keys(tags).length === wanted.length && wanted.every((tag) => tag in tags);

/** What is wrong with a point, by the table. */
function problemsOf({ kind, name, value, tags }: Point): string[] {
  const row = name in table ? table[name as MetricName] : undefined;
  if (!row) return [`${name} is not in the table`];
  const strange = Object.entries(tags).filter(([tag, text]) => {
    const known = metricTags[tag as MetricTag];
    return !("values" in known ? (known.values as readonly string[]) : elsewhere[tag as MetricTag])?.includes(text);
  });
  return [
    ...(row.kind === kind ? [] : [`${name} is a ${row.kind} and not a ${kind}`]),
    ...(hasExactly(tags, row.tags) ? [] : [`${name} has the tags ${Object.keys(tags)}`]),
    ...strange.map(([tag, text]) => `${name}: ${tag} is ${text}`),
    ...(Number.isFinite(value) && value >= 0 ? [] : [`${name} is ${value}`]),
  ];
}

test("the real services emit every metric of the table, and nothing that the table doesn't say", async () => {
  const { url, queueUrl, stop } = await startEverything();
  const [sent, retried, refused, failed] = [
    await createAndSend(url, "for you"),
    await createAndSend(url, "test:fail-first-1"),
    await createAndSend(url, "test:permanent"),
    await createAndSend(url, "test:fail-always"),
  ];
  for (const id of [sent, retried]) await expect.poll(statusOf(id)).toBe("SENT");
  for (const id of [refused, failed]) await expect.poll(statusOf(id)).toBe("FAILED");
  const send = (key: string) =>
    fetch(`${url}/gifts/${sent}/send`, { method: "POST", headers: { "idempotency-key": key } });
  expect([(await send("key-1")).status, (await send("key-2")).status]).toEqual([200, 409]);
  for (const path of [`/gifts/${sent}`, "/nowhere", "/openapi.json", "/healthz"]) await fetch(url + path);

  // A message whose gift is SENT, one that a redrive has overtaken, and one that its API left behind.
  await sqs.send(queueUrl, [encodeSendMessage(sent, "key-1")]);
  await database.db.transaction().execute((trx) => redriveGift(trx, { giftId: refused, operator: "olga" }));
  await sqs.send(queueUrl, [encodeSendMessage(refused, "key-1")]);
  const leftBehind = await queueGiftInOutbox(database.db);
  await expect.poll(statusOf(leftBehind.giftId)).toBe("SENT");
  for (const name of ["gift.send.duplicate", "gift.send.stale", "gift.dead_letter.recorded"] as const)
    await expect.poll(() => metrics.total(name)).toBe(1);
  await expect.poll(() => metrics.total("gift.send.failed")).toBe(3);
  loseLogLine();
  await stop();

  expect(metrics.points.flatMap(problemsOf)).toEqual([]);
  expect(new Set(metrics.points.map(({ name }) => name))).toEqual(new Set(Object.keys(table)));

  expect(metrics.total("gift.created")).toBe(4);
  expect(metrics.total("gift.send.accepted")).toBe(4);
  expect(metrics.total("gift.send.replayed")).toBe(1);
  expect(metrics.total("gift.send.conflicted")).toBe(1);
  expect(metrics.total("gift.send.sent", { is_in_time: "true" })).toBe(3);
  // Four by the API, and by the sweep the redriven one and the one left behind.
  expect(metrics.total("gift.outbox.published", { by: "api" })).toBe(4);
  expect(metrics.total("gift.outbox.published", { by: "sweep" })).toBe(2);
  expect(metrics.total("gift.http.responses", { operation: "sendGift", status_class: "2xx" })).toBe(5);
  expect(metrics.last("gift.dead_letter.open")).toBe(1);
  expect(metrics.last("gift.outbox.depth", { queue: "gift" })).toBe(0);
  expect(metrics.last("gift.slots.busy", { queue: "gift" })).toBe(0);
  for (const pool of metricTags.pool.values) {
    expect(metrics.last("gift.database.pool_waiting", { pool })).toBe(0);
    expect(metrics.of("gift.database.pool_wait").filter(({ tags }) => tags.pool === pool).length).toBeGreaterThan(0);
  }
});
