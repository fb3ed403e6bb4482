import type { BurnCondition, Condition, Formula, LogCondition, MetricCondition } from "./definition.ts";
import type { Names, SloNames } from "./names.ts";
import type { OwnSeries, Series } from "./series.ts";
import { isCount, seriesQuery } from "./series-query.ts";
import { slos as objectives, type Slo } from "./slo.ts";

/**
 * Datadog's type of a monitor. The API answers `query alert` to a `metric alert` too, and a difference would be
 * deployed again and again.
 */
export const queryTypes = { metric: "query alert", log: "log alert", burn: "slo alert" } as const satisfies Record<
  Condition["kind"],
  string
>;

/**
 * A condition in Datadog's language (https://docs.datadoghq.com/api/latest/monitors). It ends in the comparison with
 * the critical threshold, which Datadog wants to be the same number as the monitor's.
 */
export function queryOf(condition: Condition, names: Names, slos: SloNames): string {
  if (condition.kind === "metric") return metricQuery(condition, names);
  return condition.kind === "log" ? logQuery(condition, names) : burnQuery(condition, slos);
}

function metricQuery(
  { formula, during, windowMinutes, comparator, thresholds }: MetricCondition,
  names: Names,
): string {
  return `${during}(last_${windowOf(windowMinutes)}):${formulaQuery(formula, names)} ${comparator} ${thresholds.critical}`;
}

/** Datadog's names of windows: `10m`, `1d`. */
function windowOf(minutes: number): string {
  return minutes % 1_440 === 0 ? `${minutes / 1_440}d` : `${minutes}m`;
}

/** What a formula is made of, in Datadog's arithmetic; `board/line-query.ts` says it for the dashboard. */
export function formulaQuery(formula: Formula, names: Names): string {
  if (formula.is === "series") return filled(formula.of, names);
  if (formula.is === "difference") return `${seriesQuery(formula.of, names)} - ${seriesQuery(formula.minus, names)}`;
  const parts = formula.of.map((series) => filled(series, names));
  return `( ${parts.join(" + ")} ) / ${seriesQuery(formula.among, names)} * 100`;
}

/** CloudWatch sends no zeros: a sum with a missing part would be missing itself. */
function filled(series: Series, names: Names): string {
  const query = seriesQuery(series, names);
  return isCount(series) ? `default_zero(${query})` : query;
}

function logQuery({ events, windowMinutes, thresholds }: LogCondition, names: Names): string {
  const search = logSearch(events, names);
  return `logs("${search}").index("*").rollup("count").last("${windowMinutes}m") > ${thresholds.critical}`;
}

/** Finds these events of the workers in the log. */
export function logSearch(events: readonly string[], { stage }: Names): string {
  return `env:${stage.toLowerCase()} service:worker @event:(${events.join(" OR ")})`;
}

function burnQuery({ slo, longWindowHours, shortWindowMinutes, thresholds }: BurnCondition, slos: SloNames): string {
  const windows = `long_window("${longWindowHours}h").short_window("${shortWindowMinutes}m")`;
  return `burn_rate("${slos[slo]}").over("${objectives[slo].windowDays}d").${windows} > ${thresholds.critical}`;
}

/** The two queries of an SLO: good events, and all. */
export function sloQueries({ good, among }: Slo, names: Names): { numerator: string; denominator: string } {
  const text = (series: OwnSeries) => seriesQuery(series, names);
  return { numerator: text(good), denominator: among.map(text).join(" + ") };
}
