import { fileURLToPath } from "node:url";
import { ChangeMessageVisibilityBatchCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { freePort } from "@gift/local/free-port";
import { ensureQueues, localAws } from "@gift/local/sqs/queues";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { expect, onTestFinished, test, vi } from "vitest";
import { run } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("a message that is released at once comes back with its receive count, and at last as a dead letter", async () => {
  const program = fileURLToPath(new URL("../../packages/local/src/sqs/main.ts", import.meta.url));
  const port = await freePort();
  const emulator = run([program, "--data-folder", await temporaryFolder(), "--port", `${port}`]);
  await emulator.printed(/service\.ready/);
  const endpoint = `http://127.0.0.1:${port}`;
  const urls = await ensureQueues(endpoint);
  for (const [name, value] of Object.entries({ ...localAws, AWS_ENDPOINT_URL_SQS: endpoint })) vi.stubEnv(name, value);
  const client = createSqsClient();
  onTestFinished(() => client.destroy());

  async function receive(QueueUrl: string) {
    const MessageSystemAttributeNames = ["ApproximateReceiveCount"] as const;
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MessageSystemAttributeNames: [...MessageSystemAttributeNames],
    });
    const [message] = (await client.send(command)).Messages ?? [];
    return message && { handle: message.ReceiptHandle, count: message.Attributes?.ApproximateReceiveCount };
  }

  await client.send(new SendMessageCommand({ QueueUrl: urls.gift, MessageBody: "released" }));
  for (const count of ["1", "2", "3", "4", "5"]) {
    const message = await receive(urls.gift);
    expect(message?.count).toBe(count);
    const entry = { Id: "0", ReceiptHandle: message?.handle, VisibilityTimeout: 0 };
    const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: urls.gift, Entries: [entry] });
    expect((await client.send(command)).Failed ?? []).toEqual([]);
  }
  expect(await receive(urls.gift)).toBeUndefined();
  expect(await receive(urls["gift-dead-letters"])).toBeDefined();
});
