import { once } from "node:events";
import { createServer } from "node:http";
import { startTaskProtection, type TaskProtectionOptions } from "@gift/worker/task-protection";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { captureLog } from "./captured-log.ts";

const poll = { timeout: 5_000, interval: 5 };

/** The part of the ECS agent that this is about, and every request it got. */
let agentUri: string;
let requests: { method: string | undefined; url: string | undefined; body: unknown }[];
/** When each request arrived, by the agent's own look: a busy test sees it later. */
let arrivals: number[];
let answer: { status: number; body: object } | "silence";

const accepted = { status: 200, body: { protection: { ProtectionEnabled: true, TaskArn: "arn" } } };

beforeEach(async () => {
  requests = [];
  arrivals = [];
  answer = accepted;
  const server = createServer(async (req, res) => {
    arrivals.push(performance.now());
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    requests.push({ method: req.method, url: req.url, body: JSON.parse(Buffer.concat(chunks).toString()) });
    if (answer !== "silence") res.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  agentUri = `http://127.0.0.1:${typeof address === "object" && address ? address.port : ""}/api/abc`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
});

function protect(options: Partial<TaskProtectionOptions> = {}) {
  const hand = { count: 0, looks: 0 };
  const captured = captureLog();
  const protection = startTaskProtection({
    agentUri,
    inHand() {
      hand.looks += 1;
      return hand.count;
    },
    log: captured.log,
    tickMilliseconds: 5,
    holdMilliseconds: 100,
    longestMilliseconds: 60_000,
    ...options,
  });
  onTestFinished(() => protection.stop());
  return { hand, protection, ...captured };
}

/** Waits until the hand was looked at so many times more. */
async function looksAfter(hand: { looks: number }, count: number): Promise<void> {
  const target = hand.looks + count;
  await expect.poll(() => hand.looks, poll).toBeGreaterThanOrEqual(target);
}

const bodies = () => requests.map(({ body }) => body);
const on = (ExpiresInMinutes: number) => ({ ProtectionEnabled: true, ExpiresInMinutes });
const off = { ProtectionEnabled: false };

test("an idle task asks for nothing, and ends without a word", async () => {
  const { hand, protection } = protect();
  await looksAfter(hand, 5);
  await protection.stop();
  expect(requests).toEqual([]);
});

test("with messages in hand the task is protected by one request, however long they last", async () => {
  const { hand } = protect();
  hand.count = 3;
  await expect.poll(() => requests.length, poll).toBe(1);
  expect(requests[0]).toEqual({ method: "PUT", url: "/api/abc/task-protection/v1/state", body: on(2) });
  await looksAfter(hand, 40);
  expect(requests).toHaveLength(1);
});

test("idle again it is held for a while and then ended: gaps between messages cost no request", async () => {
  const { hand } = protect({ holdMilliseconds: 500 });
  for (const count of [1, 0, 1, 0, 1, 0]) {
    hand.count = count;
    await looksAfter(hand, 3);
  }
  expect(bodies()).toEqual([on(2)]);
  await expect.poll(bodies, poll).toEqual([on(2), off]);
});

test("under constant load it ends now and then, so that a deployment isn't held up for good", async () => {
  const { hand } = protect({ longestMilliseconds: 50 });
  hand.count = 1;
  await expect.poll(() => bodies().slice(0, 3), poll).toEqual([on(1), off, on(1)]);
});

test("ECS forgets it by itself if the task can't end it: it expires after the longest hold", async () => {
  const { hand } = protect({ longestMilliseconds: 300_000, holdMilliseconds: 30_000 });
  hand.count = 1;
  await expect.poll(bodies, poll).toEqual([on(6)]);
});

test("a stop ends it at once", async () => {
  const { hand, protection } = protect();
  hand.count = 1;
  await expect.poll(() => requests.length, poll).toBe(1);
  await protection.stop();
  expect(bodies()).toEqual([on(2), off]);
});

describe("a failure", () => {
  const failure = { failure: { Arn: "arn", Reason: "TASK_NOT_VALID" } };

  test.each([
    ["an error status", { status: 500, body: { error: { Code: "ServerException" } } }, /answered 500.*ServerException/],
    ["a failure inside a 200", { status: 200, body: failure }, /answered 200.*TASK_NOT_VALID/],
  ])("by %s is logged, and tried again after the hold and not before", async (_, given, message) => {
    answer = given;
    const { hand, of } = protect();
    hand.count = 1;
    await expect.poll(() => of("task_protection.failed").length, poll).toBe(1);
    expect(of("task_protection.failed")).toMatchObject([
      { status: "warn", is_protected: true, error_message: expect.stringMatching(message) },
    ]);
    answer = accepted;
    await expect.poll(() => requests.length, poll).toBe(2);
    const [first = 0, second = 0] = arrivals;
    expect(second - first).toBeGreaterThan(80);
  });

  test("to reach the agent is logged and nothing else", async () => {
    const { hand, of, protection } = protect({ agentUri: "http://127.0.0.1:9" });
    hand.count = 1;
    await expect.poll(() => of("task_protection.failed").length, poll).toBe(1);
    await protection.stop();
  });
});
