import { connectMetrics, type MetricSink } from "@gift/telemetry/measure";
import type { Metric, MetricName } from "@gift/telemetry/metric";
import { afterEach, beforeEach } from "vitest";

/** One measurement, as the agent's client would get it. */
export interface Point {
  readonly kind: Metric["kind"];
  readonly name: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RecordedMetrics {
  /** Everything since the test began, in order. */
  readonly points: readonly Point[];
  of(name: MetricName): Point[];
  /** The sum of a count's values, over the points that have these tags. */
  total(name: MetricName, tags?: Readonly<Record<string, string>>): number;
  /** Where a gauge stands. */
  last(name: MetricName, tags?: Readonly<Record<string, string>>): number | undefined;
}

/** Listens to everything that this test process measures, from the beginning of each test of the file to its end. */
export function useMetrics(): RecordedMetrics {
  const points: Point[] = [];
  beforeEach(() => {
    points.length = 0;
    connectMetrics(sinkInto(points));
  });
  afterEach(() => connectMetrics(undefined));
  const of: RecordedMetrics["of"] = (name) => points.filter((point) => point.name === name);
  const having = (name: MetricName, tags: Readonly<Record<string, string>>) =>
    of(name).filter((point) => Object.entries(tags).every(([tag, value]) => point.tags[tag] === value));
  return {
    points,
    of,
    total: (name, tags = {}) => having(name, tags).reduce((sum, { value }) => sum + value, 0),
    last: (name, tags = {}) => having(name, tags).at(-1)?.value,
  };
}

/** A sink that keeps what it is given. */
export function sinkInto(points: Point[]): MetricSink {
  return {
    increment: (name, value, tags) => void points.push({ kind: "count", name, value, tags }),
    gauge: (name, value, tags) => void points.push({ kind: "gauge", name, value, tags }),
    distribution: (name, value, tags) => void points.push({ kind: "distribution", name, value, tags }),
  };
}
