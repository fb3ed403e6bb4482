import type { Formula, MetricCondition } from "@gift/monitor/definition";
import type { Series } from "@gift/monitor/series";
import type { Signals } from "../signal/signals.ts";
import { difference, momentsOf } from "./moments.ts";
import { aggregate, kindOf, samplesOf } from "./series.ts";
import { type Clock, lastMinutes, type Window, within } from "./window.ts";

/**
 * The number that a metric condition compares, over the window that ends now.
 * @returns undefined when the window holds no data
 */
export function measured(clock: Clock, condition: MetricCondition, signals: Signals, now: number): number | undefined {
  const { formula } = condition;
  const window = lastMinutes(clock, condition.windowMinutes, now);
  if (formula.is === "percentage") return percentage(formula, signals, window);
  const points = Array.from(pointsOf(clock, formula, signals, window).values());
  return points.length === 0 ? undefined : aggregate(points, condition.during);
}

/** Whether the condition's signals were heard and aren't any more: only what was seen once can go missing. */
export function isSilent(clock: Clock, { formula }: MetricCondition, signals: Signals, now: number): boolean {
  const heardAt = seriesOf(formula).flatMap((series) => samplesOf(signals, series).at(-1)?.at ?? []);
  return heardAt.length > 0 && now - Math.max(...heardAt) > clock.silenceMilliseconds;
}

/** What Datadog's `default` goes on with when a window holds no data: 0 for a count, the last value of a gauge. */
export function valueWithoutData(clock: Clock, { formula }: MetricCondition, signals: Signals): number | undefined {
  if (formula.is === "percentage" || kindOf(formula.of) === "count") return 0;
  if (kindOf(formula.of) === "distribution") return undefined;
  const points = pointsOf(clock, formula, signals, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });
  return Array.from(points.values()).at(-1);
}

export function seriesOf(formula: Formula): readonly Series[] {
  if (formula.is === "series") return [formula.of];
  if (formula.is === "difference") return [formula.of, formula.minus];
  return [...formula.of, formula.among];
}

function pointsOf(clock: Clock, formula: Exclude<Formula, { is: "percentage" }>, signals: Signals, window: Window) {
  const read = (series: Series) => momentsOf(clock, series, within(samplesOf(signals, series), window));
  return formula.is === "series" ? read(formula.of) : difference(read(formula.of), read(formula.minus));
}

function percentage({ of, among }: Extract<Formula, { is: "percentage" }>, signals: Signals, window: Window) {
  const total = countIn(signals, among, window);
  if (total === 0) return undefined;
  return (100 * of.reduce((sum, series) => sum + countIn(signals, series, window), 0)) / total;
}

/** A count over a window: 0 when nothing was counted. */
export function countIn(signals: Signals, series: Series, window: Window): number {
  const values = within(samplesOf(signals, series), window).flatMap((sample) => sample.values);
  return values.reduce((sum, value) => sum + value, 0);
}
