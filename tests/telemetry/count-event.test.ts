import { countEvent } from "@gift/telemetry/count-event";
import { type LogEventName, logEvents } from "@gift/telemetry/log-event";
import { createLog } from "@gift/telemetry/logger";
import { describe, expect, test } from "vitest";
import { useMetrics } from "../support/metric.ts";

const metrics = useMetrics();
const names = Object.keys(logEvents) as LogEventName[];
const plain = (): [string, number, object][] => metrics.points.map(({ name, value, tags }) => [name, value, tags]);

test("a line that is logged is counted, whether or not its level is written", () => {
  const lines: string[] = [];
  const write = { write: (line: string) => void lines.push(line) };
  createLog({ service: "test", level: "info" }, write)("gift.created", {});
  createLog({ service: "test", level: "silent" }, write)("gift.created");
  expect(lines).toHaveLength(1);
  expect(metrics.total("gift.created")).toBe(2);
});

test("these events are counts and no others", () => {
  const counted = names.filter((name) => {
    const { length } = metrics.points;
    countEvent(name, {});
    return metrics.points.length > length;
  });
  expect(counted).toEqual([
    "gift.created",
    "send.accepted",
    "send.replayed",
    "send.conflicted",
    "send.sent",
    "send.retried",
    "send.failed",
    "send.duplicate",
    "send.stale",
    "dead_letter.recorded",
  ]);
});

test("a count is named as its event", () => {
  for (const name of names) countEvent(name, { error_code: "CODE", queue: "q", latency_milliseconds: 1 });
  const counts = metrics.points.filter(({ kind }) => kind === "count").map(({ name }) => name);
  const expected = names.map((name) => (name.startsWith("gift.") ? name : `gift.${name}`));
  expect(expected).toEqual(expect.arrayContaining(counts));
});

describe("a gift that was sent", () => {
  test("within five minutes is in time, and its latency is measured in seconds", () => {
    countEvent("send.sent", { latency_milliseconds: 1_234 });
    expect(plain()).toEqual([
      ["gift.send.sent", 1, { is_in_time: "true" }],
      ["gift.send.latency", 1.234, {}],
    ]);
  });

  test("later is not", () => {
    countEvent("send.sent", { latency_milliseconds: 300_001 });
    expect(plain()[0]).toEqual(["gift.send.sent", 1, { is_in_time: "false" }]);
  });

  test("without a latency is counted, as not in time, and no latency is made up", () => {
    countEvent("send.sent");
    expect(plain()).toEqual([["gift.send.sent", 1, { is_in_time: "false" }]]);
  });
});

describe("an error's code", () => {
  test("is the tag", () => {
    countEvent("send.failed", { error_code: "PROVIDER_REFUSED" });
    expect(plain()).toEqual([["gift.send.failed", 1, { error_code: "PROVIDER_REFUSED" }]]);
  });

  test.each([
    ["a sentence", "the provider said no to 0190c0de"],
    ["an id", "0190c0de-0000-7000-8000-000000000000"],
    ["very long", "A".repeat(41)],
    ["empty", ""],
    ["missing", undefined],
    ["a number", 5],
  ])("that is %s isn't let into a tag", (_, error_code) => {
    countEvent("send.failed", { error_code });
    countEvent("send.retried", { error_code });
    expect(plain()).toEqual([
      ["gift.send.failed", 1, { error_code: "UNKNOWN" }],
      ["gift.send.retried", 1, { error_code: "UNKNOWN" }],
    ]);
  });
});
