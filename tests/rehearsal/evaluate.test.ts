import { evaluate, isLoud } from "@gift/rehearsal/evaluate/evaluate";
import { createClock } from "@gift/rehearsal/evaluate/window";
import type { Sample, SignalStore } from "@gift/rehearsal/signal/signals";
import { describe, expect, test } from "vitest";
import {
  burnCondition,
  countCondition,
  gaugeCondition,
  type Heard,
  heard,
  logCondition,
  minutesAgo,
  monitorWith,
  now,
} from "./monitor.ts";

/** Real time: a minute is a minute. */
const clock = createClock(1);
const judge = (condition: Parameters<typeof monitorWith>[0], signals: SignalStore) =>
  evaluate(clock, monitorWith(condition), signals, now);

describe("thresholds", () => {
  const depth = (value: number) => heard({ metric: "gift.outbox.depth", at: minutesAgo(1), value });

  test.each([
    [4, "ok"],
    [5, "ok"],
    [6, "warning"],
    [10, "warning"],
    [11, "alert"],
  ])("%i is %s above 10 with a warning above 5", (value, state) => {
    expect(judge(gaugeCondition(), depth(value))).toEqual({ state, value });
  });

  test("at least is not above", () => {
    const condition = gaugeCondition({ comparator: ">=", thresholds: { critical: 10 } });
    expect(judge(condition, depth(10)).state).toBe("alert");
    expect(judge(condition, depth(9)).state).toBe("ok");
  });

  test("below alerts below, and not at it", () => {
    const condition = gaugeCondition({ comparator: "<", thresholds: { critical: 1 } });
    expect(judge(condition, depth(0)).state).toBe("alert");
    expect(judge(condition, depth(1)).state).toBe("ok");
  });
});

describe("windows", () => {
  const two = heard(
    { metric: "gift.outbox.depth", at: minutesAgo(6), value: 100 },
    { metric: "gift.outbox.depth", at: minutesAgo(2), value: 4 },
    { metric: "gift.outbox.depth", at: minutesAgo(1), value: 8 },
  );

  test("what is older than the window doesn't count", () => {
    expect(judge(gaugeCondition(), two).value).toBe(6);
  });

  test.each([
    ["avg", 6],
    ["max", 8],
    ["min", 4],
    ["sum", 12],
  ] as const)("%s over the window", (during, value) => {
    expect(judge(gaugeCondition({ during }), two).value).toBe(value);
  });

  test("time passes faster where a scale says so: five minutes are five seconds", () => {
    const signals = heard(
      { metric: "gift.outbox.depth", at: now - 6_000, value: 100 },
      { metric: "gift.outbox.depth", at: now - 4_000, value: 7 },
    );
    expect(evaluate(createClock(60), monitorWith(gaugeCondition()), signals, now).value).toBe(7);
  });
});

describe("several sources at one moment", () => {
  const at = minutesAgo(1);
  const ofTask = (task: string, value: number, later = 0): Heard => ({
    metric: "gift.outbox.depth",
    at: at + later,
    value,
    tags: { task },
  });

  test("a gauge of two tasks adds up, and the last of each counts", () => {
    const of = { from: "own", metric: "gift.outbox.depth", across: "sum" } as const;
    const signals = heard(ofTask("a", 1), ofTask("b", 2), ofTask("a", 5, 1_000));
    expect(judge(gaugeCondition({ formula: { is: "series", of } }), signals).value).toBe(7);
  });

  test("a count's increases all count, wherever they come from", () => {
    const count = (task: string): Heard => ({
      ...{ metric: "gift.dead_letter.recorded", at, value: 2, tags: { task } },
    });
    expect(judge(countCondition(), heard(count("a"), count("a"), count("b"))).value).toBe(6);
  });

  test("a difference is taken moment by moment, where both have a value", () => {
    const of = { kind: "service", name: "gift" } as const;
    const series = (metric: "aws.ecs.service.desired" | "aws.ecs.service.running") =>
      ({ from: "cloudwatch", metric, across: "avg", of }) as const;
    const tags = { resource: "service gift" };
    const signals = heard(
      { metric: "aws.ecs.service.desired", at: minutesAgo(3), value: 2, tags },
      { metric: "aws.ecs.service.running", at: minutesAgo(3), value: 2, tags },
      { metric: "aws.ecs.service.desired", at: minutesAgo(2), value: 2, tags },
      { metric: "aws.ecs.service.running", at: minutesAgo(2), value: 0, tags },
      { metric: "aws.ecs.service.desired", at: minutesAgo(1), value: 2, tags },
      { metric: "aws.ecs.service.running", at: minutesAgo(2), value: 9, tags: { resource: "service api" } },
    );
    const formula = {
      is: "difference",
      of: series("aws.ecs.service.desired"),
      minus: series("aws.ecs.service.running"),
    } as const;
    expect(judge(gaugeCondition({ formula, during: "max" }), signals).value).toBe(2);
    expect(judge(gaugeCondition({ formula, during: "min" }), signals).value).toBe(0);
  });
});

describe("which points belong", () => {
  const answers = (status_class: string, is_fast: string, value: number): Heard => ({
    ...{ metric: "gift.http.responses", at: minutesAgo(1), value, tags: { status_class, is_fast } },
  });
  const signals = heard(answers("2xx", "true", 1), answers("4xx", "true", 10), answers("5xx", "false", 100));
  const sumOf = (tags: object) => {
    const of = { from: "own", metric: "gift.http.responses", across: "sum", ...tags } as const;
    return judge(countCondition({ formula: { is: "series", of } }), signals).value;
  };

  test("all without a filter", () => expect(sumOf({})).toBe(111));
  test("those with a tag", () => expect(sumOf({ where: { is_fast: "true" } })).toBe(11));
  test("those with any of several values", () => expect(sumOf({ where: { status_class: ["2xx", "5xx"] } })).toBe(101));
  test("those without a tag's value", () => expect(sumOf({ except: { status_class: "5xx" } })).toBe(11));
});

describe("percentages", () => {
  const load = (metric: Sample["metric"], value: number): Heard => ({
    ...{ metric, at: minutesAgo(1), value, tags: { resource: "load-balancer" } },
  });
  const series = (metric: "aws.applicationelb.request_count" | "aws.applicationelb.httpcode_elb_5xx") =>
    ({ from: "cloudwatch", metric, across: "sum", of: { kind: "load-balancer" } }) as const;
  const share = countCondition({
    formula: {
      is: "percentage",
      of: [series("aws.applicationelb.httpcode_elb_5xx")],
      among: series("aws.applicationelb.request_count"),
    },
  });

  test("counts are summed before they are divided", () => {
    const signals = heard(
      load("aws.applicationelb.request_count", 10),
      load("aws.applicationelb.request_count", 90),
      load("aws.applicationelb.httpcode_elb_5xx", 12),
    );
    expect(judge(share, signals)).toEqual({ state: "alert", value: 12 });
  });

  test("nothing of nothing is no share at all", () => {
    expect(judge(share, heard())).toEqual({ state: "ok", value: 0 });
  });
});

describe("missing data", () => {
  const old = heard({ metric: "gift.outbox.depth", at: minutesAgo(60), value: 11 });

  test("default: a gauge keeps its last value, a count is 0", () => {
    expect(judge(gaugeCondition(), old)).toEqual({ state: "alert", value: 11 });
    expect(judge(countCondition({ comparator: "<", thresholds: { critical: 1 } }), heard())).toEqual({
      ...{ state: "alert", value: 0 },
    });
  });

  test("resolve: all is well", () => {
    expect(judge(gaugeCondition({ onMissingData: "resolve" }), old).state).toBe("ok");
  });

  test.each([
    ["show_no_data", false],
    ["show_and_notify_no_data", true],
  ] as const)("%s: what was seen once is missed, and people are told: %s", (onMissingData, isTold) => {
    const condition = gaugeCondition({ onMissingData });
    const verdict = judge(condition, old);
    expect(verdict).toEqual({ state: "no data", value: undefined });
    expect(isLoud(verdict, condition)).toBe(isTold);
    expect(judge(condition, heard()).state).toBe("ok");
  });

  test("a window shorter than the rhythm of a signal doesn't miss it", () => {
    const condition = gaugeCondition({ onMissingData: "show_and_notify_no_data" });
    const signals = heard({ metric: "gift.outbox.depth", at: now - 4_000, value: 0 });
    const fast = createClock(240);
    expect(evaluate(fast, monitorWith(condition), signals, now).state).toBe("ok");
    expect(evaluate(fast, monitorWith(condition), signals, now + 2_000).state).toBe("no data");
  });
});

describe("log lines", () => {
  test("lines of the events in the window are counted", () => {
    const store = heard();
    for (const minutes of [6, 3, 2, 1]) store.addLine("send.failed", minutesAgo(minutes));
    store.addLine("send.sent", minutesAgo(1));
    store.addLine("send.unparsable", minutesAgo(1));
    expect(judge(logCondition(), store)).toEqual({ state: "alert", value: 3 });
    expect(judge(logCondition({ events: ["send.failed", "send.unparsable"] }), store).value).toBe(4);
  });

  test("silence is 0", () => {
    expect(judge(logCondition(), heard())).toEqual({ state: "ok", value: 0 });
  });
});

describe("burn rates", () => {
  const answers = (minutes: number, status_class: string, value: number): Heard => ({
    ...{ metric: "gift.http.responses", at: minutesAgo(minutes), value, tags: { status_class } },
  });

  test("2 % of bad answers burn a budget of 0.1 % twenty times too fast", () => {
    const signals = heard(answers(30, "2xx", 98), answers(30, "5xx", 2), answers(1, "2xx", 98), answers(1, "5xx", 2));
    const { state, value } = judge(burnCondition(), signals);
    expect(state).toBe("alert");
    expect(value).toBeCloseTo(20);
  });

  test("what is over no longer alerts: the short window is clean", () => {
    const signals = heard(answers(30, "5xx", 50), answers(30, "2xx", 50), answers(1, "2xx", 100));
    expect(judge(burnCondition(), signals)).toEqual({ state: "ok", value: 0 });
  });

  test("a blip doesn't alert: the long window is hardly touched", () => {
    const signals = heard(answers(30, "2xx", 10_000), answers(1, "5xx", 10));
    expect(judge(burnCondition(), signals).state).toBe("ok");
  });

  test("without events nothing burns", () => {
    expect(judge(burnCondition(), heard())).toEqual({ state: "ok", value: 0 });
  });
});
