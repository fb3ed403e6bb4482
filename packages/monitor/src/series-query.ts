import { metrics } from "@gift/telemetry/metric";
import type { Series } from "./definition.ts";
import { type Names, scopeOf } from "./names.ts";
import { agentMetrics, cloudWatchMetrics } from "./outside-metric.ts";

/** How a count is put into a query: as what was counted, or per second. */
export type CountAs = "count" | "rate";

/**
 * A series in Datadog's language, e.g. `sum:gift.send.sent{env:staging}.as_count()`.
 * @param by tags to split it by, on the dashboard
 */
export function seriesQuery(
  series: Series,
  names: Names,
  countAs: CountAs = "count",
  by: readonly string[] = [],
): string {
  const split = by.length > 0 ? ` by {${by.join(",")}}` : "";
  const modifier = isCount(series) ? `.as_${countAs}()` : "";
  return `${series.across}:${series.metric}{${filterOf(series, names)}}${split}${modifier}`;
}

/** Whether the points of a series are counts, which are 0 where there are none. */
export function isCount(series: Series): boolean {
  return kindOf(series) === "count";
}

function kindOf(series: Series): string {
  if (series.from === "own") return metrics[series.metric].kind;
  return (series.from === "agent" ? agentMetrics[series.metric] : cloudWatchMetrics[series.metric]).kind;
}

function filterOf(series: Series, names: Names): string {
  if (series.from === "cloudwatch") return scopeOf(series.of, names);
  const env = `env:${names.stage.toLowerCase()}`;
  if (series.from === "agent") return `${env},service:${series.service}`;
  const where = Object.entries(series.where ?? {}).map(([tag, value]) => `${tag}:${value}`);
  const except = Object.entries(series.except ?? {}).map(([tag, value]) => `!${tag}:${value}`);
  return [env, ...where, ...except].join(",");
}
