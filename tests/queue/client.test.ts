import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";

let sqs: SqsServer;
let silent: Server;
let silentQueueUrl: string;

beforeAll(async () => {
  sqs = await startSqs();
  silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  silentQueueUrl = `http://127.0.0.1:${port}/000000000000/silent`;
});
afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await sqs.close();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

type Call = (client: SQSClient, QueueUrl: string) => Promise<unknown>;

const remove: Call = (client, QueueUrl) =>
  client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: "0", ReceiptHandle: "handle" }] }));
const poll =
  (WaitTimeSeconds: number): Call =>
  (client, QueueUrl) =>
    client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }));

test.concurrent.each<[string, { requestTimeoutMilliseconds?: number }, Call, number]>([
  ["a delete", { requestTimeoutMilliseconds: 200 }, remove, 200],
  ["a poll that doesn't wait", { requestTimeoutMilliseconds: 200 }, poll(0), 200],
  ["a poll: what it waits for is added", { requestTimeoutMilliseconds: 200 }, poll(1), 1_200],
  ["a delete, well before a lease of 30 s that is half over has ended", {}, remove, 5_000],
  ["a poll, after its wait", {}, poll(1), 6_000],
])("what outlasts its timeout fails; the SDK alone would warn and wait on: %s", async (_, timeout, call, expected) => {
  const client = createSqsClient({ ...timeout, maxAttempts: 1 });
  const startedAt = performance.now();
  await expect(call(client, silentQueueUrl)).rejects.toMatchObject({ name: "TimeoutError" });
  expect(performance.now() - startedAt).toBeGreaterThan(expected - 20);
  expect(performance.now() - startedAt).toBeLessThan(expected + 1_500);
  client.destroy();
});

test("with AWS_ENDPOINT_URL_SQS at the queue URL's origin a local server is used without a warning", async () => {
  const warn = vi.spyOn(console, "warn");
  const queueUrl = await sqs.createQueue("quiet");
  const client = createSqsClient();
  await client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 0 }));
  expect(warn).not.toHaveBeenCalled();
  client.destroy();
});

test("a poll that is made again, the SDK's way, is no reason for a warning either", async () => {
  const warn = vi.spyOn(console, "warn");
  let polls = 0;
  const faltering = createServer((req, res) => {
    req.resume();
    polls += 1;
    res.writeHead(polls === 1 ? 500 : 200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(faltering, "listening");
  const origin = `http://127.0.0.1:${(faltering.address() as AddressInfo).port}`;
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", origin);
  const client = createSqsClient();
  await poll(0)(client, `${origin}/000000000000/faltering`);
  expect(polls).toBe(2);
  expect(warn).not.toHaveBeenCalled();
  client.destroy();
  faltering.close();
});
