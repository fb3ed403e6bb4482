import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createGiftClient } from "@gift/local/demo/client";
import { drive } from "@gift/local/demo/drive";
import { createLimit } from "@gift/local/demo/limit";
import { persist, UnavailableError } from "@gift/local/demo/persist";
import { report } from "@gift/local/demo/report";
import { createTally, interrupted, percentile, type Tally, unaccounted } from "@gift/local/demo/tally";
import { repositoryFolder } from "@gift/local/repository";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { run } from "./command.ts";
import { demo, startStack } from "./local-stack.ts";
import { temporaryFolder } from "./temporary-folder.ts";

vi.setConfig({ testTimeout: 60_000 });

test("kill -9 of one child after another during the demo changes nothing in its sum", async () => {
  const stack = await startStack(join(await temporaryFolder(), "data"), "--failure-rate", "0");
  const running = demo(stack.dataFolder, "--gifts", "150", "--rate", "30");
  await running.printed(/[1-9]\d* accepted/);
  // Not the worker and not SQS: what is on its way between them comes back only after the visibility timeout of 30 s.
  for (const name of ["api", "postgres", "outbox-and-dead-letters"]) {
    process.kill(stack.pidOf(name), "SIGKILL");
    await stack.printed(new RegExp(`${name} (was killed|ended)[^]*${name} is back`));
  }
  expect(await running.exited, running.output()).toEqual({ code: 0, signal: null });
  expect(running.output()).toMatch(/unaccounted +│ +0 /);
  expect(running.output()).not.toContain("n/a");
});

test("interrupted, it says which gifts are on their way and which were never created, and that's no success", async () => {
  const stack = await startStack(join(await temporaryFolder(), "data"), "--failure-rate", "0");
  const running = demo(stack.dataFolder, "--gifts", "500", "--rate", "30");
  await running.printed(/[1-9]\d* accepted/);
  running.kill("SIGINT");
  await pause(5);
  running.kill("SIGINT");
  expect(await running.exited, running.output()).toEqual({ code: 130, signal: null });
  const [, ...counts] =
    /^(\d+) gifts were on their way when you stopped it; (\d+) were never created\.$/m.exec(running.output()) ?? [];
  const [onTheirWay = Number.NaN, neverCreated = Number.NaN] = counts.map(Number);
  const inTable = (name: string) => Number(new RegExp(`│ ${name} +│ +(\\d+) `).exec(running.output())?.[1]);
  expect(inTable("SENT") + onTheirWay + neverCreated).toBe(500);
  expect([inTable("on their way"), inTable("never created")]).toEqual([onTheirWay, neverCreated]);
  expect(neverCreated).toBeGreaterThan(300);
  expect(running.output()).not.toMatch(/unaccounted|trouble/);
});

test.each([
  [["--gifts", "0"], "--gifts 0 can't be used"],
  [["--rate", "fast"], "--rate fast can't be used"],
  [["--api", "here"], "--api here can't be used"],
  [["--gift", "5"], "--gift isn't known here: the flags are --gifts, --rate, --api and --help."],
])("bun run demo %j ends with exit code 2 and one sentence", async (flags, sentence) => {
  const command = run([join(repositoryFolder, "packages/local/src/demo.ts"), ...flags]);
  expect(await command.exited).toEqual({ code: 2, signal: null });
  expect(command.output()).toContain(sentence);
});

test("without an API at the address, the demo says what to start", async () => {
  const command = run([join(repositoryFolder, "packages/local/src/demo.ts"), "--api", "http://127.0.0.1:9"]);
  expect(await command.exited).toEqual({ code: 1, signal: null });
  expect(command.output()).toMatch(
    /^No API answers at http:\/\/127\.0\.0\.1:9: start it with "npx --yes bun run local"/,
  );
});

describe("the client", () => {
  interface Answer {
    /** 0 cuts the connection. */
    readonly status: number;
    readonly body: unknown;
    readonly headers?: Record<string, string>;
  }

  /** A server that gives these answers in turn; each request is noted. */
  async function scripted(answers: readonly Answer[]) {
    const requests: { method?: string | undefined; path?: string | undefined; key?: string | string[] | undefined }[] =
      [];
    const server = createServer((req, res) => {
      const answer = answers[requests.length] ?? { status: 500, body: {} };
      requests.push({ method: req.method, path: req.url, key: req.headers["idempotency-key"] });
      if (answer.status === 0) {
        req.socket.destroy();
        return;
      }
      res.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      res.end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    const onRetry = vi.fn();
    const { port } = server.address() as AddressInfo;
    return { client: createGiftClient(`http://127.0.0.1:${port}`, onRetry), requests, onRetry };
  }
  const accepted = { gift_id: "g", status: "QUEUED", request_id: "k" };

  test("asks again with the same key after a 503 and after a connection that broke", async () => {
    const { client, requests, onRetry } = await scripted([
      { status: 503, body: { error: { code: "SERVICE_UNAVAILABLE" } } },
      { status: 0, body: null },
      { status: 202, body: accepted },
    ]);
    await client.send("g", "k");
    expect(requests).toEqual(Array(3).fill({ method: "POST", path: "/gifts/g/send", key: "k" }));
    expect(onRetry).toHaveBeenCalledTimes(2);
  });

  test("takes the time of the request that was accepted: of the last, or, when that was a replay, of the first", async () => {
    const late = await scripted([
      { status: 503, body: {}, headers: { "retry-after": "0.2" } },
      { status: 202, body: accepted },
    ]);
    const first = Date.now();
    expect(await late.client.send("g", "k")).toBeGreaterThanOrEqual(first + 190);
    const replayed = await scripted([
      { status: 503, body: {}, headers: { "retry-after": "0.2" } },
      { status: 200, body: accepted },
    ]);
    const sending = replayed.client.send("g", "k");
    const leftBy = Date.now();
    expect(await sending).toBeLessThanOrEqual(leftBy);
  });

  test("waits as long as Retry-After asks", async () => {
    const { client } = await scripted([
      { status: 503, body: {}, headers: { "retry-after": "1" } },
      { status: 202, body: accepted },
    ]);
    const start = performance.now();
    await client.send("g", "k");
    expect(performance.now() - start).toBeGreaterThanOrEqual(990);
  });

  test("doesn't repeat what was refused for good", async () => {
    const { client, requests } = await scripted([{ status: 409, body: { error: { code: "CONFLICT" } } }]);
    await expect(client.send("g", "k")).rejects.toThrow('the API answered 409: {"error":{"code":"CONFLICT"}}');
    expect(requests).toHaveLength(1);
  });

  test("repeats while the API is away, but not an error of another kind", async () => {
    const failing = vi
      .fn<() => Promise<never>>()
      .mockRejectedValueOnce(new UnavailableError(Number.NaN))
      .mockRejectedValue(new Error("no"));
    await expect(persist(failing, () => undefined)).rejects.toThrow("no");
    expect(failing).toHaveBeenCalledTimes(2);
  });
});

describe("counting", () => {
  /** Drives 20 gifts that the API accepted at 1,000 ms and changed last at 1,000 ms plus their number. */
  async function outcomes(statusOf: (index: number) => "SENT" | "FAILED"): Promise<Tally> {
    const tally = createTally(20);
    let created = 0;
    const client = {
      isThere: async () => true,
      create: async () => `${created++}`,
      send: async () => 1_000,
      find: async (id: string) => ({ status: statusOf(Number(id)), updatedAtMilliseconds: 1_000 + Number(id) }),
    };
    await drive({ client, gifts: 20, ratePerSecond: 1_000, signal: new AbortController().signal }, tally);
    return tally;
  }

  test("every gift is SENT or FAILED, or unaccounted for", async () => {
    const tally = await outcomes((index) => (index < 5 ? "FAILED" : "SENT"));
    expect(tally).toMatchObject({ created: 20, accepted: 20, sent: 15, failed: 5 });
    expect(unaccounted(tally)).toBe(0);
    expect(unaccounted({ ...tally, sent: 14 })).toBe(1);
  });

  test("latency is from the accepted request to the gift's last change", async () => {
    const { latenciesMilliseconds } = await outcomes(() => "SENT");
    expect(latenciesMilliseconds.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, id) => id));
  });

  test("gifts start at the asked rate, however long each takes, and an interrupt ends the wait", async () => {
    const starts: number[] = [];
    const interrupt = new AbortController();
    const client = {
      isThere: async () => true,
      create: () =>
        new Promise<string>(() => {
          if (starts.push(performance.now()) === 21) interrupt.abort();
        }),
      send: async () => 0,
      find: async () => ({ status: "SENT" as const, updatedAtMilliseconds: 0 }),
    };
    const tally = createTally(30);
    await drive({ client, gifts: 30, ratePerSecond: 100, signal: interrupt.signal }, tally);
    expect(starts).toHaveLength(21);
    expect(tally.firstError).toBeUndefined();
    expect(interrupted(tally)).toEqual({ onTheirWay: 21, neverCreated: 9 });
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThan(180);
  });

  test.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])("percentile %d of 1 to 100 is %d", (share, expected) => {
    const shuffled = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    expect(percentile(shuffled, share)).toBe(expected);
  });

  test("of nothing there is no percentile", () => {
    expect(percentile([], 0.5)).toBeUndefined();
  });

  test("the table says when it couldn't look into the database", () => {
    const tally = { ...createTally(2), created: 2, accepted: 2, sent: 1 };
    expect(report(tally, undefined, 1)).toMatch(/dead letters +│ n\/a \(no database link\)/);
    expect(report(tally, { retries: 3, deadLetters: 1 }, 1)).toMatch(/retried attempts +│ +3 /);
    expect(report(tally, undefined, 1)).toMatch(/unaccounted +│ +1 /);
  });

  test("no more calls run at once than allowed, and all get their turn", async () => {
    const limit = createLimit(3);
    let [running, most] = [0, 0];
    const call = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => limit(call)));
    expect(most).toBe(3);
  });
});
