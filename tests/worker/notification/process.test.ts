import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { linkTo, runOps } from "../../ops/run-ops.ts";
import { useTestDatabase } from "../../support/database.ts";
import { launchProcess } from "../../support/process.ts";
import { type SqsServer, startSqs } from "../../support/sqs.ts";
import { queueGift } from "../gifts.ts";
import { startWorkerProcess, workerCommand } from "../worker-process.ts";
import { readable, type SlackServer, startSlack, webhookSecret } from "./slack-server.ts";

const database = useTestDatabase();
let sqs: SqsServer;
let slack: SlackServer;
let deadLettersUrl: string;

beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
beforeEach(async () => {
  ({ deadLettersUrl } = await sqs.createQueueWithDeadLetters(randomUUID(), { maxReceiveCount: 5 }));
  slack = await startSlack();
  onTestFinished(() => slack.close());
});

function options(SLACK_WEBHOOK_URL: string) {
  const queues = { "gift-dead-letters": deadLettersUrl };
  const environment = { SLACK_WEBHOOK_URL };
  return { roles: "dead-letters", connection: database.connection, queues, environment };
}

async function start(webhookUrl = slack.url) {
  const worker = await startWorkerProcess(options(webhookUrl));
  onTestFinished(async () => {
    worker.kill("SIGKILL");
    await worker.exited;
    expect(worker.output()).not.toContain(webhookSecret);
  });
  return worker;
}

async function recorded(): Promise<number> {
  const query = database.db.selectFrom("dead_letters").select(({ fn }) => fn.countAll<string>().as("rows"));
  return Number((await query.executeTakeFirstOrThrow()).rows);
}

test("a dead letter is told in the channel, without the gift's code or message, and its command shows it", async () => {
  const secretMessage = "Happy birthday, Ann";
  const gift = await queueGift(database.db, secretMessage);
  const { code } = await database.db
    .selectFrom("gifts")
    .select("code")
    .where("id", "=", gift.giftId)
    .executeTakeFirstOrThrow();
  const worker = await start();
  await sqs.send(deadLettersUrl, [gift.body]);
  await worker.event("notification.sent");
  expect(slack.messages).toHaveLength(1);
  const said = slack.messages.map(readable).join();
  for (const word of [gift.giftId, gift.requestId, "gift-dead-letters", "stage local", ":new: `DEAD_LETTERED:"])
    expect(said).toContain(word);
  for (const secret of [code, secretMessage, webhookSecret]) {
    expect(said).not.toContain(secret);
    expect(worker.output()).not.toContain(secret);
  }
  const [, command = ""] = /`bun run ops ([^`]+--fingerprint [^`]+)`/.exec(said) ?? [];
  const listed = await runOps(command.split(" "), linkTo(database.connection));
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(gift.giftId) });
});

test("a burst is recorded and told completely, in few messages, also by a process that ends", async () => {
  const before = await recorded();
  const bodies = Array.from({ length: 300 }, (_, index) => `poison ${index}`);
  const worker = await start();
  await sqs.send(deadLettersUrl, bodies);
  await expect.poll(recorded).toBe(before + 300);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  const counts = slack.messages.map(({ text }) => Number.parseInt(text, 10));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(300);
  expect(slack.messages.length).toBeLessThanOrEqual(3);
  expect(slack.messages.map(readable).join()).not.toContain("poison");
});

test("while Slack hangs everything is recorded and deleted, and SIGTERM ends the process in time", async () => {
  slack.behave("hang");
  const before = await recorded();
  const worker = await start();
  await sqs.send(deadLettersUrl, ["poison 1"]);
  await expect.poll(() => slack.messages.length).toBe(1);
  await sqs.send(deadLettersUrl, ["poison 2", "poison 3", "poison 4"]);
  await expect.poll(recorded).toBe(before + 4);
  await expect.poll(() => sqs.counts(deadLettersUrl)).toEqual({ visible: 0, inFlight: 0 });
  // Within the poll of 1 s and a farewell of 2: the 60 s that ECS grants are far.
  expect(await worker.stop(10_000)).toEqual({ code: 0, signal: null });
  expect(worker.logs.map(({ event }) => event)).toEqual(
    expect.arrayContaining(["notification.dropped", "service.stopped"]),
  );
});

test.each([
  ["", "not set"],
  ["not set yet", "as the parameter is declared"],
])("with the address %j (%s) letters are recorded and nobody is told", async (address) => {
  const before = await recorded();
  const worker = await start(address);
  await sqs.send(deadLettersUrl, ["poison"]);
  await expect.poll(recorded).toBe(before + 1);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  expect(slack.messages).toEqual([]);
  expect(worker.logs.filter(({ event }) => event?.startsWith("notification"))).toEqual([]);
});

test("an address that isn't Slack's ends the start with a line that doesn't repeat it", async () => {
  const launched = launchProcess(workerCommand(options(`https://evil.example/services/${webhookSecret}`)));
  expect(await launched.exited).toEqual({ code: 1, signal: null });
  expect(launched.logs).toMatchObject([{ error_message: expect.stringMatching(/^SLACK_WEBHOOK_URL: give https/) }]);
  expect(launched.output()).not.toContain(webhookSecret);
});
