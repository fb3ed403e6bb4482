import { agentMetrics, cloudWatchMetrics } from "@gift/monitor/outside-metric";
import type { Across, Resource, Series } from "@gift/monitor/series";
import { type MetricName, metrics } from "@gift/telemetry/metric";
import type { Sample, Signals } from "../signal/signals.ts";

export type Kind = "count" | "gauge" | "distribution";

/** What one measurement of the series is, by the table that has its metric. */
export function kindOf(series: Series): Kind {
  if (series.from === "own") return metrics[series.metric].kind;
  if (series.from === "agent") return agentMetrics[series.metric].kind;
  return cloudWatchMetrics[series.metric].kind;
}

/** Whether a metric is how long something has waited, in seconds; how long something took is a distribution. */
export function isAge(metric: string): boolean {
  if (metric === "aws.sqs.approximate_age_of_oldest_message") return true;
  return isOwn(metric) && metrics[metric].kind === "gauge" && metrics[metric].unit === "second";
}

function isOwn(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}

/** The tag by which a sample of CloudWatch's names its resource. */
export function resourceTag(resource: Resource): string {
  return "name" in resource ? `${resource.kind} ${resource.name}` : resource.kind;
}

/** Everything heard of a series. */
export function samplesOf(signals: Signals, series: Series): readonly Sample[] {
  return signals.samplesOf(series.metric).filter(({ tags }) => belongs(tags, series));
}

function belongs(tags: Sample["tags"], series: Series): boolean {
  if (series.from === "cloudwatch") return tags.resource === resourceTag(series.of);
  if (series.from === "agent") return tags.service === series.service;
  const has = ([name, values]: [string, string | readonly string[]]) => [values].flat().includes(tags[name] ?? "");
  return Object.entries(series.where ?? {}).every(has) && !Object.entries(series.except ?? {}).some(has);
}

/**
 * Many values as one.
 * @param values at least one
 */
export function aggregate(values: readonly number[], across: Across): number {
  const sum = () => values.reduce((total, value) => total + value, 0);
  switch (across) {
    case "sum":
      return sum();
    case "avg":
      return sum() / values.length;
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
  }
}
