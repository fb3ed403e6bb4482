import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { createSqsClient } from "@gift/queue/client";
import { afterEach, expect, test, vi } from "vitest";
import { startSqs } from "../support/sqs.ts";

afterEach(() => vi.restoreAllMocks());

test("a request that outlasts its timeout fails; the SDK alone would warn and wait on", async () => {
  const sqs = await startSqs();
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => {
    silent.listen(0, "127.0.0.1", resolve);
  });
  const { port } = silent.address() as AddressInfo;
  process.env.AWS_ENDPOINT_URL_SQS = `http://127.0.0.1:${port}`;
  const client = createSqsClient({ requestTimeoutMilliseconds: 200, maxAttempts: 1 });
  const startedAt = performance.now();
  const call = client.send(new ReceiveMessageCommand({ QueueUrl: `http://127.0.0.1:${port}/000000000000/silent` }));
  await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  silent.closeAllConnections();
  silent.close();
  await sqs.close();
});

test("with AWS_ENDPOINT_URL_SQS at the queue URL's origin a local server is used without a warning", async () => {
  const warn = vi.spyOn(console, "warn");
  const sqs = await startSqs();
  const queueUrl = await sqs.createQueue("quiet");
  const client = createSqsClient();
  await client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  expect(warn).not.toHaveBeenCalled();
  await sqs.close();
});
