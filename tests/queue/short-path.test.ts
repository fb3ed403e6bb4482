import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  RequestThrottled,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { createSqsClient, type SqsClientOptions } from "@gift/queue/client/sqs-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Answer, failure, type ScriptedSqs, startScriptedSqs } from "./scripted-sqs.ts";

let sqs: ScriptedSqs;
const environment = { ...process.env };
beforeEach(async () => {
  sqs = await startScriptedSqs();
});
afterEach(async () => {
  await sqs.close();
  process.env = { ...environment };
});

const Entries = [{ Id: "0", ReceiptHandle: "handle" }];

/** A client that knows the way already: its next delete goes past the SDK. */
async function createKnowing(options?: SqsClientOptions) {
  const client = createSqsClient(options);
  const call = () => client.send(new DeleteMessageBatchCommand({ QueueUrl: sqs.queueUrl, Entries }));
  await call();
  const requests = () => sqs.seen.slice(1);
  return { client, call, requests };
}

test("the first call is the SDK's, the next ones say the same over the same connection, without its middleware", async () => {
  const { call } = await createKnowing();
  const output = await call();
  expect(output).toMatchObject({ Successful: [{ Id: "0" }], $metadata: { requestId: "request-1", attempts: 1 } });
  const [first, second] = sqs.seen;
  expect(JSON.parse(second?.body ?? "")).toEqual(JSON.parse(first?.body ?? ""));
  expect(second?.port).toBe(first?.port);
  expect(first?.headers).toHaveProperty("amz-sdk-invocation-id");
  expect(second?.headers).not.toHaveProperty("amz-sdk-invocation-id");
  for (const same of ["host", "content-type", "x-amz-target", "x-amzn-query-mode", "user-agent", "content-length"])
    expect(second?.headers[same]).toBe(first?.headers[same]);
});

test("each queue and each command finds its own way", async () => {
  const { client, requests } = await createKnowing();
  const other = `${sqs.queueUrl}-other`;
  const send = (QueueUrl: string) =>
    client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "0", MessageBody: "body" }] }));
  for (const url of [sqs.queueUrl, other, sqs.queueUrl, other]) await send(url);
  expect(requests().map(({ headers }) => headers["x-amz-target"])).toEqual(Array(4).fill("AmazonSQS.SendMessageBatch"));
  expect(requests().map(({ body }) => JSON.parse(body).QueueUrl)).toEqual([sqs.queueUrl, other, sqs.queueUrl, other]);
  expect(requests().map(({ headers }) => "amz-sdk-invocation-id" in headers)).toEqual([true, true, false, false]);
});

test("an attempt that is throttled is the SDK's first: it is repeated, and not once more than it may be", async () => {
  const { call, requests } = await createKnowing({ maxAttempts: 2 });
  sqs.script(failure(403, "RequestThrottled"));
  expect((await call()).$metadata.attempts).toBe(2);
  expect(requests()).toHaveLength(2);
  sqs.script(failure(403, "RequestThrottled"), failure(403, "RequestThrottled"));
  await expect(call()).rejects.toBeInstanceOf(RequestThrottled);
  expect(requests()).toHaveLength(4);
});

test.each([
  [
    "an error of ours is no retry",
    failure(400, "QueueDoesNotExist"),
    { name: "QueueDoesNotExist", $fault: "client" },
    1,
  ],
  ["an error of theirs is repeated", failure(500, "InternalFailure"), { $metadata: { httpStatusCode: 500 } }, 3],
])("%s", async (_, answer, expected, attempts) => {
  const { call, requests } = await createKnowing();
  sqs.script(answer, answer, answer);
  await expect(call()).rejects.toMatchObject(expected);
  expect(requests()).toHaveLength(attempts);
});

test("a connection that breaks, before the answer or within it, is repeated", async () => {
  const { call, requests } = await createKnowing();
  sqs.script((res) => res.destroy());
  expect((await call()).$metadata.attempts).toBe(2);
  sqs.script((res) => {
    res.writeHead(200, { "content-length": "100" });
    res.write("{", () => res.destroy());
  });
  expect((await call()).$metadata.attempts).toBe(2);
  expect(requests()).toHaveLength(4);
});

test("with one attempt a silence costs one timeout, and is called one", async () => {
  const { call, requests } = await createKnowing({ maxAttempts: 1, requestTimeoutMilliseconds: 100 });
  sqs.script(() => undefined);
  await expect(call()).rejects.toMatchObject({ name: "TimeoutError" });
  expect(requests()).toHaveLength(1);
});

test.each<[string, Answer]>([
  ["times out", () => undefined],
  ["breaks", (res) => void res.destroy()],
])("a poll that %s is its poller's to repeat; one that is refused for now is repeated here", async (_, answer) => {
  const client = createSqsClient({ requestTimeoutMilliseconds: 100 });
  const poll = () => client.send(new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl, WaitTimeSeconds: 0 }));
  await poll();
  sqs.script(answer);
  await expect(poll()).rejects.toMatchObject({ name: "TimeoutError" });
  expect(sqs.seen).toHaveLength(2);
  sqs.script(failure(403, "RequestThrottled"));
  await poll();
  expect(sqs.seen).toHaveLength(4);
});

test("an answer that isn't JSON is an error", async () => {
  const { call } = await createKnowing({ maxAttempts: 1 });
  sqs.script((res) => res.writeHead(200).end("<html>"));
  await expect(call()).rejects.toThrow(SyntaxError);
});

test("an empty answer is one that says nothing", async () => {
  const { call } = await createKnowing({ maxAttempts: 1 });
  sqs.script((res) => res.writeHead(200).end());
  expect(Object.keys(await call())).toEqual(["$metadata"]);
});

test.each(["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"])(
  "whoever refuses our signature, %s, gets the SDK's own: no call is lost by it",
  async (name) => {
    const { call, requests } = await createKnowing({ maxAttempts: 1 });
    sqs.script(failure(403, name));
    expect(await call()).toMatchObject({ Successful: [{ Id: "0" }] });
    await call();
    expect(requests().map(({ headers }) => "amz-sdk-invocation-id" in headers)).toEqual([false, true, false]);
  },
);

test("a clock that is off is put right, for this call and the next", async () => {
  const { call, requests } = await createKnowing();
  const ahead = new Date(Date.now() + 3_600_000);
  sqs.script(failure(403, "RequestTimeTooSkewed", { date: ahead.toUTCString() }), (res) => {
    res.writeHead(200, { date: ahead.toUTCString(), "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
  await call();
  await call();
  const signedAt = requests().map(({ headers }) => {
    const time = String(headers["x-amz-date"]).replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, "$1-$2-$3:$4:");
    return (Date.parse(time) - Date.now()) / 60_000;
  });
  const [before, ...after] = signedAt;
  expect(before).toBeCloseTo(0, 0);
  for (const minutes of after) expect(minutes).toBeCloseTo(60, 0);
  expect(after).toHaveLength(2);
});

test("a task role's credentials are asked for again before they expire, and their token travels along", async () => {
  let issued = 0;
  const role = createServer((_, res) => {
    issued += 1;
    const Expiration = new Date(Date.now() + 60_000).toISOString();
    res.end(
      JSON.stringify({ AccessKeyId: `KEY${issued}`, SecretAccessKey: "secret", Token: `token-${issued}`, Expiration }),
    );
  });
  await new Promise<void>((resolve) => {
    role.listen(0, "127.0.0.1", resolve);
  });
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `http://127.0.0.1:${(role.address() as AddressInfo).port}/`;
  const { call, requests } = await createKnowing();
  const keys = () => requests().map(({ headers }) => /Credential=KEY(\d+)/.exec(headers.authorization ?? "")?.[1]);
  // The SDK refreshes in the background while the old ones still hold: the next call may not have the new ones yet.
  for (let calls = 0; calls < 100 && new Set(keys()).size < 3; calls += 1) await call();
  expect(new Set(keys()).size).toBe(3);
  expect(requests().map(({ headers }) => headers["x-amz-security-token"])).toEqual(keys().map((key) => `token-${key}`));
  role.closeAllConnections();
  role.close();
});

test("successes refill the budget that retries draw on", async () => {
  const { client, call } = await createKnowing({ maxAttempts: 2 });
  sqs.script(failure(500, "InternalFailure"), failure(500, "InternalFailure"));
  await expect(call()).rejects.toThrow();
  const strategy = await client.config.retryStrategy();
  if (!("getCapacity" in strategy) || typeof strategy.getCapacity !== "function") throw new Error("another strategy");
  const drained: number = strategy.getCapacity();
  for (let calls = 0; calls < 3; calls += 1) await call();
  expect(strategy.getCapacity()).toBe(drained + 3);
});

test("binary attributes are the SDK's to read and to write", async () => {
  const { client } = await createKnowing();
  const BinaryValue = new Uint8Array([1, 2, 3]);
  const MessageAttributes = { raw: { DataType: "Binary", BinaryValue } };
  const message = { Id: "0", MessageBody: "body", MessageAttributes };
  for (let calls = 0; calls < 2; calls += 1)
    await client.send(new SendMessageBatchCommand({ QueueUrl: sqs.queueUrl, Entries: [message] }));
  expect(sqs.seen.at(-1)?.body).toContain('"BinaryValue":"AQID"');
  const Messages = [{ MessageId: "1", MessageAttributes: { raw: { DataType: "Binary", BinaryValue: "AQID" } } }];
  const answer = vi.fn((res) => res.writeHead(200).end(JSON.stringify({ Messages })));
  sqs.script(answer, answer);
  for (let calls = 0; calls < 2; calls += 1) {
    const output = await client.send(new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl }));
    expect(output.Messages?.[0]?.MessageAttributes?.raw?.BinaryValue).toEqual(BinaryValue);
  }
  expect(answer).toHaveBeenCalledTimes(2);
});
