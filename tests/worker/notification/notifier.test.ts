import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import type { Notice } from "@gift/worker/notification/digest";
import { startNotifier } from "@gift/worker/notification/notifier";
import type { PaceOptions } from "@gift/worker/notification/pace";
import { createSlackChannel } from "@gift/worker/notification/slack";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { captureLog } from "../captured-log.ts";
import { readable, type SlackServer, startSlack, webhookSecret } from "./slack-server.ts";

/** Short, and never shorter than what a test measures. */
const quick: PaceOptions = {
  gatherMilliseconds: 0,
  newErrorMilliseconds: 100,
  knownErrorMilliseconds: 150,
  retryMilliseconds: 50,
};
const poll = { timeout: 10_000, interval: 5 };
const context = { stage: "test", queue: "gift-dead-letters", operatorCommand: "bun run ops", runbookUrl: undefined };

let slack: SlackServer;

beforeEach(async () => {
  slack = await startSlack();
  onTestFinished(() => slack.close());
});

function notice(overrides: Partial<Notice> = {}): Notice {
  return {
    fingerprint: "3fa9c05d71be",
    error: "PROVIDER_TIMEOUT: no answer in # s",
    isNewError: false,
    giftId: "01a2015d-cc52-7db5-ae7c-b3bfa51a964b",
    requestId: "birthday-1",
    ...overrides,
  };
}

/** A notifier for the length of a test. */
function start(options: { url?: string; pace?: PaceOptions; postTimeoutMilliseconds?: number } = {}) {
  const { url = slack.url, pace, ...rest } = options;
  const captured = captureLog();
  const channel = createSlackChannel(url, context);
  const notifier = startNotifier({ channel, log: captured.log, pace: { ...quick, ...pace }, ...rest });
  onTestFinished(async () => {
    await notifier.stop(0);
    expect(JSON.stringify(captured.all())).not.toContain(webhookSecret);
  });
  return { ...captured, notifier };
}

/** How many letters the messages so far have told of. */
function told(): number {
  const counts = slack.messages.map(({ text }) => Number(/^([\d,]+) new/.exec(text)?.[1]?.replaceAll(",", "")));
  return counts.reduce((sum, count) => sum + count, 0);
}

test("one dead letter is one message", async () => {
  const { notifier, of } = start();
  notifier.notify(notice());
  await expect.poll(() => of("notification.sent"), poll).toMatchObject([{ dead_letters: 1, errors: 1 }]);
  await notifier.stop(1_000);
  expect(slack.messages).toHaveLength(1);
  const [message] = slack.messages;
  expect(message && readable(message)).toContain("gift `01a2015d-cc52-7db5-ae7c-b3bfa51a964b` request `birthday-1`");
});

test("without a dead letter there is none, also at the end", async () => {
  const { notifier, events } = start();
  await notifier.stop(1_000);
  expect([slack.messages, events()]).toEqual([[], []]);
});

test("a thousand at once are one message, and so are the thousand after it", async () => {
  const { notifier } = start({ pace: { gatherMilliseconds: 20 } });
  for (let index = 0; index < 1_000; index += 1) notifier.notify(notice({ isNewError: index === 0 }));
  await expect.poll(told, poll).toBe(1_000);
  for (let index = 0; index < 1_000; index += 1) notifier.notify(notice({ fingerprint: `other-${index % 2}` }));
  await expect.poll(told, poll).toBe(2_000);
  expect(slack.messages).toHaveLength(2);
  expect(slack.messages[0]?.text).toContain("1 new error");
  expect(slack.messages[1] && readable(slack.messages[1])).toContain("500 dead letters");
});

test("while they keep coming there is one message per interval", async () => {
  const { notifier } = start({ pace: { knownErrorMilliseconds: 400 } });
  const ending = new AbortController();
  const pouring = (async () => {
    while (!ending.signal.aborted) {
      notifier.notify(notice());
      await new Promise(setImmediate);
    }
  })();
  await expect.poll(() => slack.messages.length, poll).toBe(3);
  ending.abort();
  await pouring;
  const [first = 0, second = 0, third = 0] = slack.arrivals;
  // Less what the first may have been on its way.
  expect(second - first).toBeGreaterThan(350);
  expect(third - second).toBeGreaterThan(350);
});

test("a new error doesn't wait as long as a known one, and takes the known ones along", async () => {
  const { notifier } = start({ pace: { newErrorMilliseconds: 300, knownErrorMilliseconds: 60_000 } });
  notifier.notify(notice());
  await expect.poll(() => slack.messages.length, poll).toBe(1);
  notifier.notify(notice());
  notifier.notify(notice({ fingerprint: "new", isNewError: true }));
  await expect.poll(told, poll).toBe(3);
  const [first = 0, second = 0] = slack.arrivals;
  expect([slack.messages.length, second - first > 250]).toEqual([2, true]);
});

describe("a Slack that can't", () => {
  test("answers 429: it is left alone for as long as it asks, then told of everything since", async () => {
    slack.behave({ status: 429, headers: { "retry-after": "1" }, body: "rate_limited" });
    const { notifier, of } = start();
    notifier.notify(notice());
    await expect
      .poll(() => of("notification.failed"), poll)
      .toMatchObject([{ dead_letters: 1, reason: "Slack answered 429 rate_limited" }]);
    slack.behave("ok");
    for (let index = 0; index < 10; index += 1) notifier.notify(notice({ isNewError: true }));
    await expect.poll(() => of("notification.sent"), poll).toMatchObject([{ dead_letters: 11 }]);
    const [first = 0, second = 0] = slack.arrivals;
    expect(second - first).toBeGreaterThan(950);
    expect(slack.messages).toHaveLength(2);
  });

  test.each([500, 503, 408])("answers %d: it is told later, and nothing is lost meanwhile", async (status) => {
    slack.behave({ status });
    const { notifier, of } = start();
    notifier.notify(notice());
    await expect.poll(() => of("notification.failed").length, poll).toBeGreaterThan(1);
    notifier.notify(notice());
    slack.behave("ok");
    await expect.poll(() => of("notification.sent"), poll).toMatchObject([{ dead_letters: 2 }]);
  });

  test.each([
    [400, "invalid_payload"],
    [404, "no_service"],
    [410, "channel_is_archived"],
  ])("answers %d %s: the message is given up, the next one isn't", async (status, body) => {
    slack.behave({ status, body });
    const { notifier, of } = start();
    notifier.notify(notice());
    await expect
      .poll(() => of("notification.dropped"), poll)
      .toMatchObject([{ dead_letters: 1, reason: `Slack answered ${status} ${body}` }]);
    slack.behave("ok");
    notifier.notify(notice());
    await expect.poll(() => of("notification.sent"), poll).toMatchObject([{ dead_letters: 1 }]);
  });

  test("points elsewhere: nobody else is told", async () => {
    const elsewhere = await startSlack();
    onTestFinished(() => elsewhere.close());
    slack.behave({ status: 307, headers: { location: elsewhere.url } });
    const { notifier, of } = start();
    notifier.notify(notice());
    await expect.poll(() => of("notification.dropped"), poll).toMatchObject([{ reason: "Slack answered 307" }]);
    expect(elsewhere.messages).toEqual([]);
  });

  test("hangs: it is given up in time and told later", async () => {
    slack.behave("hang");
    const { notifier, of } = start({ postTimeoutMilliseconds: 100 });
    notifier.notify(notice());
    await expect.poll(() => of("notification.failed"), poll).toMatchObject([{ error_code: "TimeoutError" }]);
    slack.behave("ok");
    await expect.poll(() => of("notification.sent"), poll).toMatchObject([{ dead_letters: 1 }]);
  });

  test("answers without end: its first words are read, and the connection is closed", async () => {
    slack.behave("endless");
    const { notifier, of } = start({ pace: { retryMilliseconds: 60_000 } });
    notifier.notify(notice());
    await expect
      .poll(() => of("notification.failed"), poll)
      .toMatchObject([{ reason: `Slack answered 500 ${"x".repeat(100)}` }]);
    await expect.poll(() => slack.connections(), poll).toBe(0);
  });

  test("isn't reachable: it is told once it is", async () => {
    const { port } = new URL(slack.url);
    const proxy = await startTcpProxy({ port: Number(port) });
    onTestFinished(() => proxy.close());
    await proxy.cut();
    const { notifier, of } = start({ url: slack.url.replace(`:${port}`, `:${proxy.port}`) });
    notifier.notify(notice());
    await expect
      .poll(() => of("notification.failed")[0], poll)
      .toMatchObject({ error_message: expect.stringContaining("ECONNREFUSED") });
    await proxy.mend();
    await expect.poll(() => of("notification.sent"), poll).toMatchObject([{ dead_letters: 1 }]);
  });

  test("has a name that nobody knows: that is a log line", async () => {
    const { notifier, of } = start({ url: `http://slack.invalid/services/${webhookSecret}` });
    notifier.notify(notice());
    await expect
      .poll(() => of("notification.failed")[0], poll)
      .toMatchObject({ error_message: expect.stringMatching(/fetch failed: getaddrinfo E\w+ slack\.invalid/) });
  });
});

describe("a stop", () => {
  test("tells what waits for its turn", async () => {
    const { notifier } = start({ pace: { knownErrorMilliseconds: 60_000 } });
    notifier.notify(notice());
    await expect.poll(() => slack.messages.length, poll).toBe(1);
    notifier.notify(notice());
    notifier.notify(notice());
    await notifier.stop(5_000);
    expect(slack.messages[1]?.text).toContain("2 new dead letters");
  });

  test("while Slack hangs ends with its grace, and says what nobody was told", async () => {
    slack.behave("hang");
    const { notifier, of } = start({ postTimeoutMilliseconds: 60_000 });
    notifier.notify(notice());
    await expect.poll(() => slack.messages.length, poll).toBe(1);
    notifier.notify(notice());
    await notifier.stop(50);
    expect(of("notification.dropped")).toMatchObject([{ dead_letters: 2, reason: expect.stringContaining("ended") }]);
    await expect.poll(() => slack.connections(), poll).toBe(0);
  });

  test("leaves a Slack alone that asked for it", async () => {
    slack.behave({ status: 429, headers: { "retry-after": "60" } });
    const { notifier, of } = start();
    notifier.notify(notice());
    await expect.poll(() => of("notification.failed").length, poll).toBe(1);
    await notifier.stop(5_000);
    expect(slack.messages).toHaveLength(1);
    expect(of("notification.dropped")).toMatchObject([{ dead_letters: 1 }]);
  });

  test("tries a Slack again that was broken a moment ago", async () => {
    slack.behave({ status: 500 });
    const { notifier, of } = start({ pace: { retryMilliseconds: 60_000 } });
    notifier.notify(notice());
    await expect.poll(() => of("notification.failed").length, poll).toBe(1);
    slack.behave("ok");
    await notifier.stop(5_000);
    expect(of("notification.sent")).toMatchObject([{ dead_letters: 1 }]);
  });
});
