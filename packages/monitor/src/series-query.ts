import { metrics } from "@gift/telemetry/metric";
import { type Names, scopeOf } from "./names.ts";
import { agentMetrics, cloudWatchMetrics } from "./outside-metric.ts";
import type { Series, TagFilter } from "./series.ts";

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

/**
 * Between commas a tag has one value; a list of values is understood only between `AND`s, and the two can't be mixed.
 */
function filterOf(series: Series, names: Names): string {
  if (series.from === "cloudwatch") return scopeOf(series.of, names);
  const env = `env:${names.stage.toLowerCase()}`;
  if (series.from === "agent") return `${env},service:${series.service}`;
  const terms = [env, ...termsOf(series.where), ...termsOf(series.except).map((term) => `!${term}`)];
  return terms.join(terms.some((term) => term.includes(" IN ")) ? " AND " : ",");
}

/** Datadog keeps values in lower case. */
function termsOf(filter: TagFilter = {}): string[] {
  return Object.entries(filter).map(([tag, value]) => {
    const values = [value].flat().map((each) => each.toLowerCase());
    return values.length === 1 ? `${tag}:${values[0]}` : `${tag} IN (${values.join(",")})`;
  });
}
