import { connectMetrics, count, gauge, isMeasuring, measure } from "@gift/telemetry/measure";
import { expect, onTestFinished, test } from "vitest";
import { type Point, sinkInto } from "../support/metric.ts";

function connect(): Point[] {
  const points: Point[] = [];
  connectMetrics(sinkInto(points));
  onTestFinished(() => connectMetrics(undefined));
  return points;
}

test("without a sink everything is a no-op", () => {
  expect(isMeasuring()).toBe(false);
  expect(() => {
    count("gift.created", 1);
    gauge("gift.slots.busy", 1, { queue: "gift" });
    measure("gift.send.latency", 1);
  }).not.toThrow();
});

test("each kind reaches the sink as that kind, with its value and its tags", () => {
  const points = connect();
  count("gift.outbox.published", 3, { by: "sweep" });
  gauge("gift.slots.busy", 40, { queue: "gift" });
  measure("gift.database.pool_wait", 0.002, { pool: "api" });
  expect(points).toEqual([
    { kind: "count", name: "gift.outbox.published", value: 3, tags: { by: "sweep" } },
    { kind: "gauge", name: "gift.slots.busy", value: 40, tags: { queue: "gift" } },
    { kind: "distribution", name: "gift.database.pool_wait", value: 0.002, tags: { pool: "api" } },
  ]);
});

test("a metric without tags has none", () => {
  const points = connect();
  count("gift.created", 1);
  expect(points).toEqual([{ kind: "count", name: "gift.created", value: 1, tags: {} }]);
});

test("a sink that was taken away gets nothing more", () => {
  const points = connect();
  expect(isMeasuring()).toBe(true);
  connectMetrics(undefined);
  count("gift.created", 1);
  expect(points).toEqual([]);
  expect(isMeasuring()).toBe(false);
});
