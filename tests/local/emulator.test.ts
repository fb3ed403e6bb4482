import { writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { fleet } from "@gift/fleet/fleet";
import { freePort } from "@gift/local/free-port";
import { unusableExitCode } from "@gift/local/process/unusable";
import { ensureQueues, localAws } from "@gift/local/sqs/queues";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Command, run } from "./command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const program = fileURLToPath(new URL("../../packages/local/src/sqs/main.ts", import.meta.url));

async function startEmulator(folder: string, port: number): Promise<Command> {
  const emulator = run([program, "--data-folder", folder, "--port", `${port}`]);
  await emulator.printed(/service\.ready/);
  return emulator;
}

/** As a service would have it: the queue's URL says where the server is, the variable keeps the SDK from warning. */
function plainClient(port: number): SQSClient {
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", `http://127.0.0.1:${port}`);
  const credentials = { accessKeyId: localAws.AWS_ACCESS_KEY_ID, secretAccessKey: localAws.AWS_SECRET_ACCESS_KEY };
  const client = new SQSClient({ region: localAws.AWS_REGION, credentials });
  onTestFinished(() => client.destroy());
  return client;
}

test("messages and their receive counts survive kill -9, and the queues keep the fleet's numbers", async () => {
  const [folder, port] = [await temporaryFolder(), await freePort()];
  const first = await startEmulator(folder, port);
  const urls = await ensureQueues(`http://127.0.0.1:${port}`);
  const client = plainClient(port);
  await client.send(new SendMessageCommand({ QueueUrl: urls.gift, MessageBody: "kept" }));
  await client.send(new ReceiveMessageCommand({ QueueUrl: urls.gift, VisibilityTimeout: 0 }));
  first.kill("SIGKILL");
  await first.exited;
  await startEmulator(folder, port);
  await ensureQueues(`http://127.0.0.1:${port}`);
  const attributes = await client.send(new GetQueueAttributesCommand({ QueueUrl: urls.gift, AttributeNames: ["All"] }));
  const { visibilityTimeoutSeconds, deadLetter } = fleet.queues.gift;
  expect(attributes.Attributes).toMatchObject({ VisibilityTimeout: `${visibilityTimeoutSeconds}` });
  expect(JSON.parse(attributes.Attributes?.RedrivePolicy ?? "")).toMatchObject({
    deadLetterTargetArn: expect.stringMatching(/:gift-dead-letters$/),
    maxReceiveCount: deadLetter.maxReceiveCount,
  });
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: urls.gift, MessageSystemAttributeNames: ["ApproximateReceiveCount"] }),
  );
  expect(Messages?.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount])).toEqual([["kept", "2"]]);
});

test("queues of an older fleet get the new numbers and keep their messages", async () => {
  const [folder, port] = [await temporaryFolder(), await freePort()];
  await startEmulator(folder, port);
  const endpoint = `http://127.0.0.1:${port}`;
  const urls = await ensureQueues(endpoint);
  const client = plainClient(port);
  await client.send(new SendMessageCommand({ QueueUrl: urls.gift, MessageBody: "old" }));
  await client.send(new SetQueueAttributesCommand({ QueueUrl: urls.gift, Attributes: { VisibilityTimeout: "7" } }));
  await ensureQueues(endpoint);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: urls.gift, AttributeNames: ["All"] }),
  );
  expect(Attributes).toMatchObject({
    VisibilityTimeout: `${fleet.queues.gift.visibilityTimeoutSeconds}`,
    ApproximateNumberOfMessages: "1",
  });
});

test.runIf(process.platform === "linux")("nobody reaches the emulator but through the loopback address", async () => {
  const port = await freePort();
  await startEmulator(await temporaryFolder(), port);
  // Also this machine's, but another address: a server on 0.0.0.0 would answer.
  const socket = createConnection({ host: "127.0.0.2", port });
  await expect(new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject))).rejects.toThrow(
    "ECONNREFUSED",
  );
});

test("files that aren't a database are reported as unusable, so that nobody tries again", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "fauxqs.db"), "not a database, but longer than its header would be ".repeat(100));
  const emulator = run([program, "--data-folder", folder, "--port", `${await freePort()}`]);
  expect(await emulator.exited).toEqual({ code: unusableExitCode, signal: null });
  expect(emulator.output()).toContain("the emulator can't start: file is not a database");
});

test("SIGTERM ends it with exit code 0", async () => {
  const emulator = await startEmulator(await temporaryFolder(), await freePort());
  emulator.kill("SIGTERM");
  expect(await emulator.exited).toEqual({ code: 0, signal: null });
});

/** Kills the emulator as it writes its second message: the first is sent, the second is the same one's move. */
const killedAtTheMove = `data:text/javascript,${encodeURIComponent(`
  import { DatabaseSync } from "node:sqlite";
  const prepare = DatabaseSync.prototype.prepare;
  let inserts = 0;
  DatabaseSync.prototype.prepare = function (text) {
    const statement = prepare.call(this, text);
    if (!/INSERT OR REPLACE INTO sqs_messages/.test(text)) return statement;
    const run = statement.run.bind(statement);
    statement.run = (...values) => {
      inserts += 1;
      if (inserts === 2) process.kill(process.pid, "SIGKILL");
      return run(...values);
    };
    return statement;
  };`)}`;

test("a message that is moved to the dead-letter queue when the emulator is killed is in one of the two afterwards", async () => {
  const [folder, port] = [await temporaryFolder(), await freePort()];
  const first = run(["--import", killedAtTheMove, program, "--data-folder", folder, "--port", `${port}`]);
  await first.printed(/service\.ready/);
  const urls = await ensureQueues(`http://127.0.0.1:${port}`);
  const client = plainClient(port);
  await client.send(new SendMessageCommand({ QueueUrl: urls.gift, MessageBody: "kept" }));
  const receive = () => client.send(new ReceiveMessageCommand({ QueueUrl: urls.gift, VisibilityTimeout: 0 }));
  const { maxReceiveCount } = fleet.queues.gift.deadLetter;
  for (let count = 0; count < maxReceiveCount; count += 1) expect((await receive()).Messages).toHaveLength(1);
  // The SDK asks again, and nobody is there.
  const moving = receive().catch(() => undefined);
  expect(await first.exited).toMatchObject({ signal: "SIGKILL" });
  await moving;
  await startEmulator(folder, port);
  const bodies = [];
  for (const QueueUrl of [urls.gift, urls["gift-dead-letters"]])
    bodies.push(
      ...((await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? []).map(({ Body }) => Body),
    );
  expect(bodies).toEqual(["kept"]);
});
