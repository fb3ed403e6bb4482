import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseFigures } from "@gift/console/live/database-figures";
import { problemsOf } from "@gift/console/live/problem";
import type { QueueFigures } from "@gift/console/live/queue-figures";
import type { Round } from "@gift/console/live/round";
import { announcement, verdict } from "@gift/console/view/verdict";
import { describe, expect, test } from "vitest";
import { readSources, root } from "../support/sources.ts";

const calm: DatabaseFigures = {
  windowSeconds: 5,
  gifts: [],
  longestQueuedSeconds: 2,
  outbox: [],
  accepted: [],
  sent: [],
  lastMinute: { begun: 100, sent: 80, retried: 20, failed: 0 },
  failures: [],
  openDeadLetters: [],
  failedGifts: [],
};
const empty: QueueFigures = { gift: { waiting: 0, inFlight: 0 }, deadLetters: { waiting: 0, inFlight: 0 } };
const since = new Date("2026-01-31T03:00:05Z");

function round(
  database: Partial<DatabaseFigures>,
  queues: Partial<QueueFigures> = {},
  more: Partial<Round> = {},
): Round {
  return {
    at: new Date(),
    database: { kind: "fresh", value: { ...calm, ...database } },
    queues: { kind: "fresh", value: { ...empty, ...queues } },
    speed: undefined,
    unrecordedSeconds: 0,
    changedFrom: 0,
    ...more,
  };
}

const titles = (given: Round) => problemsOf(given).map(({ title }) => title);

describe("what needs an operator", () => {
  test("nothing does while one attempt in five fails and gifts wait for their retries", () => {
    expect(titles(round({}, { gift: { waiting: 30, inFlight: 40 } }))).toEqual([]);
    expect(verdict([]).text).toContain("All is well");
  });

  const outbox = { destination: "gift", depth: 3, oldestAgeSeconds: 61, retried: 3, lastError: "ECONNREFUSED" };
  test.each<[string, Round]>([
    [
      "No worker takes messages",
      round({ lastMinute: { begun: 0, sent: 0, retried: 0, failed: 0 } }, { gift: { waiting: 1, inFlight: 0 } }),
    ],
    ["The outbox doesn't drain", round({ outbox: [outbox] })],
    ["Most attempts fail", round({ lastMinute: { begun: 20, sent: 9, retried: 10, failed: 1 } })],
    ["A gift waits too long", round({ longestQueuedSeconds: 300 })],
    [
      "Dead letters are not recorded yet",
      round({}, { deadLetters: { waiting: 1, inFlight: 0 } }, { unrecordedSeconds: 10 }),
    ],
    ["Dead letters are open", round({ openDeadLetters: [{ errorCode: "X", count: 1, oldestAt: since }] })],
    ["Gifts are FAILED without a dead letter", round({ failedGifts: [{ errorCode: "X", count: 1 }] })],
  ])("%s", (title, given) => {
    expect(titles(given)).toEqual([title]);
  });

  test.each<[string, Round]>([
    ["an idle worker with an empty queue", round({ lastMinute: { begun: 0, sent: 0, retried: 0, failed: 0 } })],
    [
      "messages in flight alone",
      round({ lastMinute: { begun: 0, sent: 0, retried: 0, failed: 0 } }, { gift: { waiting: 0, inFlight: 9 } }),
    ],
    [
      "a FAILED gift whose dead letter waits to be recorded",
      round({ failedGifts: [{ errorCode: "X", count: 1 }] }, { deadLetters: { waiting: 1, inFlight: 0 } }),
    ],
    ["an outbox row of a crash", round({ outbox: [{ ...outbox, oldestAgeSeconds: 59 }] })],
    ["few attempts that all failed", round({ lastMinute: { begun: 19, sent: 0, retried: 19, failed: 0 } })],
    ["half of the attempts", round({ lastMinute: { begun: 20, sent: 10, retried: 10, failed: 0 } })],
    ["a wait of just under five minutes", round({ longestQueuedSeconds: 299 })],
    [
      "a dead letter on its way through",
      round({}, { deadLetters: { waiting: 1, inFlight: 0 } }, { unrecordedSeconds: 9 }),
    ],
  ])("not yet: %s", (_, given) => {
    expect(titles(given)).toEqual([]);
  });

  test("a source that is away comes first, says since when and why, and nothing is concluded from its figures", () => {
    const away = { kind: "away", since, reason: "connect ECONNREFUSED" } as const;
    const letters = { openDeadLetters: [{ errorCode: "X", count: 2, oldestAt: since }] };
    const found = problemsOf(round(letters, {}, { queues: away }));
    expect(found.map(({ title }) => title)).toEqual(["SQS doesn't answer", "Dead letters are open"]);
    expect(found[0]).toMatchObject({
      level: "critical",
      detail: expect.stringContaining("Since 03:00:05 UTC: connect ECONNREFUSED"),
    });
    expect(titles(round({}, {}, { database: away, queues: away }))).toEqual([
      "Postgres doesn't answer",
      "SQS doesn't answer",
    ]);
  });
});

test("what is read out has no figures, so it changes only with what is wrong", () => {
  const letters = (count: number) =>
    announcement(problemsOf(round({ openDeadLetters: [{ errorCode: "X", count, oldestAt: since }] }))).text;
  expect(letters(1)).toContain("Dead letters are open.");
  expect(letters(2)).toBe(letters(1));
});

test("the verdict names every problem with its runbook page, and a link where there is one", () => {
  const problems = problemsOf(
    round({ outbox: [], openDeadLetters: [{ errorCode: "<b>", count: 1, oldestAt: since }] }),
  );
  const { text } = verdict(problems);
  expect(text).toContain("One thing needs you");
  expect(text).toContain('<a href="/dead-letters">');
  expect(text).toContain("<code>dead-letter</code>");
  expect(text).toContain("One send has failed for good: &lt;b&gt; (1).");
});

test("gifts that only an operator can send again are counted by error code, and linked to", () => {
  const failed = ["A", "B", "C", "D"].map((errorCode, index) => ({ errorCode, count: 9 - index }));
  expect(problemsOf(round({ failedGifts: failed }))).toEqual([
    expect.objectContaining({
      level: "attention",
      detail: expect.stringMatching(
        /^30 have failed at once within the last day: A \(9\), B \(8\), C \(7\) and more\./,
      ),
      link: { path: "/gifts?status=FAILED", text: "Look at them" },
      runbook: "send-failures",
    }),
  ]);
});

test("every runbook page that the verdict names exists", () => {
  const source = readSources("packages/console/src/live", "problem.ts")[0]?.text ?? "";
  const named = Array.from(source.matchAll(/runbook: "([\w-]+)"|, "([\w-]+)"\),\n/g), (match) => match[1] ?? match[2]);
  const runbook = readFileSync(join(root, "docs/runbook.md"), "utf8");
  const pages = Array.from(runbook.matchAll(/^## ([\w-]+)$/gm), (match) => match[1]);
  expect(named.length).toBeGreaterThanOrEqual(8);
  expect(named.filter((page) => !pages.includes(page))).toEqual([]);
});
