import type { Series } from "@gift/monitor/series";
import type { Sample } from "../signal/signals.ts";
import { aggregate, kindOf } from "./series.ts";
import type { Clock } from "./window.ts";

/** One value per moment, oldest first. */
export type Moments = ReadonlyMap<number, number>;

/**
 * Puts the points of several tasks or queues together, moment by moment, as Datadog does before it looks at the window.
 * Of a gauge each source has one value a moment, its last; counts add up.
 */
export function momentsOf(clock: Clock, series: Series, samples: readonly Sample[]): Moments {
  const moments = Map.groupBy(samples, ({ at }) => Math.floor(at / clock.momentMilliseconds));
  return new Map(Array.from(moments, ([moment, points]) => [moment, together(series, points)]));
}

function together(series: Series, points: readonly Sample[]): number {
  if (kindOf(series) !== "gauge")
    return aggregate(
      points.flatMap(({ values }) => values),
      series.across,
    );
  const lastOfEach = new Map(points.map(({ tags, values }) => [JSON.stringify(tags), values.at(-1) ?? Number.NaN]));
  return aggregate(Array.from(lastOfEach.values()), series.across);
}

/** The difference of two gauges, where both have a value. */
export function difference(of: Moments, minus: Moments): Moments {
  const both = Array.from(of).flatMap(([moment, value]) => {
    const other = minus.get(moment);
    return other === undefined ? [] : [[moment, value - other] as const];
  });
  return new Map(both);
}
