import { readFileSync } from "node:fs";
import { monitorIds } from "@gift/monitor/monitor-id";
import { cloudWatchDelayMinutes } from "@gift/rehearsal/alert-result";
import { rehearsalMonitors, thresholds } from "@gift/rehearsal/deployment";
import { patienceMinutes } from "@gift/rehearsal/evaluate/lookback";
import { scenarios, unrehearsable } from "@gift/rehearsal/scenario/scenarios";
import { describe, expect, test } from "vitest";
import { thresholdsFor } from "../../infra/threshold.ts";

const monitors = rehearsalMonitors(60);
const expected = new Set(scenarios.flatMap(({ expects }) => expects));
const idsOf = (keys: Iterable<string>) =>
  new Set(Array.from(keys, (key) => monitors.find((monitor) => monitor.key === key)?.id ?? key));

test("a scenario expects monitors that exist", () => {
  const keys = monitors.map(({ key }) => key);
  expect(Array.from(expected).filter((key) => !keys.includes(key))).toEqual([]);
});

test("every alert is expected by a scenario, or it is said why none on this machine can cause it", () => {
  const rehearsed = idsOf(expected);
  const unexplained = monitorIds.filter((id) => !rehearsed.has(id) && !Object.hasOwn(unrehearsable, id));
  expect(unexplained).toEqual([]);
  // And nothing is excused that is rehearsed, or that doesn't exist.
  const excuses = Object.keys(unrehearsable);
  expect(excuses.filter((id) => Array.from<string>(rehearsed).includes(id))).toEqual([]);
  expect(excuses.filter((id) => !monitorIds.some((known) => known === id))).toEqual([]);
});

test("the rehearsal's thresholds are the stages' own; connections are the share of what the server takes", () => {
  const { databaseConnections, ...ours } = thresholds;
  const { databaseConnections: _, ...usual } = thresholdsFor("t4g.medium");
  expect(ours).toEqual(usual);
  expect(databaseConnections).toEqual({ critical: 80, warning: 60 });
});

test("a backlog is as many waits here as on AWS: the wait is shorter, so its messages are fewer", () => {
  const thresholdAt = (timeScale: number) =>
    rehearsalMonitors(timeScale).find(({ key }) => key === "queue-backlog-gift")?.condition.thresholds.critical ?? 0;
  expect(thresholdAt(1) / thresholdAt(240)).toBeCloseTo(240);
});

test("scenarios have names of their own, and the docs have a row for each", () => {
  const names = scenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const page = readFileSync(new URL("../../docs/rehearsals.md", import.meta.url), "utf8");
  expect(names.filter((name) => !page.includes(`| ${name} `))).toEqual([]);
  expect(Object.keys(unrehearsable).filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
});

test("what CloudWatch tells later is as late as the monitors are deployed to wait", () => {
  const infra = readFileSync(new URL("../../infra/monitor.ts", import.meta.url), "utf8");
  expect(infra).toContain(`evaluationDelay: ${cloudWatchDelayMinutes * 60} `);
});

describe("how long a rehearsal waits for a monitor, in the monitor's minutes:", () => {
  test.each([
    ["its window", "api-errors", 10],
    ["the long window of a burn rate", "slo-latency-slow", 360],
    ["the age of a gauge of ours that it is about, and its window", "stuck-gifts", 60 + 15],
    ["the age of a message that it is about, and its window", "queue-age-gift", 5 + 10],
  ])("%s", (_, key, minutes) => {
    const monitor = monitors.find((each) => each.key === key);
    expect(monitor && patienceMinutes(monitor.condition)).toBe(minutes);
  });
});
