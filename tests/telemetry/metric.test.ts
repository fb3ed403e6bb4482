import { type MetricName, metrics } from "@gift/telemetry/metric";
import { metricTags } from "@gift/telemetry/metric-tag";
import { isFast, isInTime, objectives } from "@gift/telemetry/objective";
import { describe, expect, test } from "vitest";
import { readSources } from "../support/sources.ts";

const names = Object.keys(metrics) as MetricName[];
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
const sources = readSources("packages", ".ts").filter(({ path }) => path !== "packages/telemetry/src/metric.ts");

describe("the table of metrics", () => {
  test("names are Datadog's kind of names and begin with the service's", () => {
    expect(names.filter((name) => !/^gift\.[a-z_]+(\.[a-z_]+)*$/.test(name))).toEqual([]);
  });

  test("every tag is described, and every described tag is used", () => {
    const used = new Set<string>(names.flatMap((name) => metrics[name].tags));
    expect(used).toEqual(new Set(Object.keys(metricTags)));
  });

  test("no tag could be a gift, a request or a key: each has its values written down or says which table has them", () => {
    for (const tag of Object.values(metricTags))
      if ("values" in tag) expect(tag.values.length).toBeLessThanOrEqual(5);
      else expect(tag.from).toMatch(/`/);
  });

  test("gauges and distributions of time are in seconds", () => {
    const times = names.filter((name) => /(age|wait|latency|duration)$/.test(name));
    expect(times.length).toBeGreaterThan(4);
    for (const name of times) expect(metrics[name].unit).toBe("second");
  });

  test("every name is emitted somewhere, by the function for its kind", () => {
    const verb = { count: "count", gauge: "gauge", distribution: "measure" };
    const emitted = (name: MetricName) =>
      sources.some(({ text }) => code(text).includes(`${verb[metrics[name].kind]}("${name}"`));
    expect(names.filter((name) => !emitted(name))).toEqual([]);
  });
});

describe("objectives", () => {
  test("are the four of the specification", () => {
    expect(objectives).toEqual({
      availability: { targetPercent: 99.9, windowDays: 30 },
      latency: {
        targetPercent: 95,
        thresholdMilliseconds: 300,
        operations: ["createGift", "sendGift"],
        windowDays: 30,
      },
      delivery: { targetPercent: 95, thresholdSeconds: 300, windowDays: 30 },
      deadLetters: { most: 0, windowDays: 1 },
    });
  });

  test("under 300 ms is fast, 300 ms is not", () => {
    expect([0, 299.9, 300, 301].map(isFast)).toEqual([true, true, false, false]);
  });

  test("within 5 minutes is in time, 5 minutes included; a latency that nobody knows is not", () => {
    expect([0, 300, 300.001, Number.NaN].map(isInTime)).toEqual([true, true, false, false]);
  });
});
