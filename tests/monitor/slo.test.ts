import { monitorsOf } from "@gift/monitor/monitors";
import { burnRates, dailyLimit, slos } from "@gift/monitor/slo";
import { objectives } from "@gift/telemetry/objective";
import { describe, expect, test } from "vitest";
import { deployment } from "./deployment.ts";

const definitions = monitorsOf(deployment);

/** Burnt when everything is bad: a higher threshold would never alert. */
const fastestBurn = (targetPercent: number) => 1 / (1 - targetPercent / 100);

describe.each(Object.entries(slos))("%s", (id, slo) => {
  test("has a fast and a slow burn rate that can be reached when everything is bad", () => {
    const burns = definitions.flatMap(({ condition, key, priority }) =>
      condition.kind === "burn" && condition.slo === id ? [{ key, priority, condition }] : [],
    );
    expect(burns.map(({ key, priority }) => [key, priority])).toEqual([
      [`${id}-fast`, 1],
      [`${id}-slow`, 2],
    ]);
    for (const { condition } of burns)
      expect(condition.thresholds.critical).toBeLessThan(fastestBurn(slo.targetPercent));
  });

  test("turns yellow when half of its budget is spent", () => {
    expect(slo.warningPercent - slo.targetPercent).toBeCloseTo((100 - slo.targetPercent) / 2);
  });
});

test("the targets are those that the code judges requests and sends by", () => {
  const targets = Object.values(slos).map(({ targetPercent, windowDays }) => [targetPercent, windowDays]);
  expect(targets).toEqual([
    [objectives.availability.targetPercent, 30],
    [objectives.latency.targetPercent, 30],
    [objectives.delivery.targetPercent, 30],
  ]);
});

test.each([
  ["fast", 2],
  ["slow", 5],
] as const)("a %s burn spends %i %% of thirty days in its long window", (speed, percent) => {
  const { rate, longWindowHours, shortWindowMinutes } = burnRates[speed];
  expect((rate * longWindowHours * 100) / (30 * 24)).toBeCloseTo(percent);
  // The short window, a twelfth of the long one, ends the alert soon after the burning ends.
  expect(shortWindowMinutes * 12).toBe(longWindowHours * 60);
});

test("a target of 90 % could never burn 14 times too fast", () => {
  expect(fastestBurn(90)).toBeCloseTo(10);
  expect(fastestBurn(99.9)).toBeCloseTo(1_000);
});

test("zero dead letters a day is a monitor that looks back over a day", () => {
  expect(dailyLimit).toMatchObject({ most: 0, windowDays: 1 });
  const monitor = definitions.find(({ id }) => id === dailyLimit.id);
  expect(monitor?.condition).toMatchObject({ windowMinutes: 1_440, comparator: ">", thresholds: { critical: 0 } });
});
