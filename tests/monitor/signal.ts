import type { Group } from "@gift/monitor/board/chart";
import type { Definition, Formula } from "@gift/monitor/definition";
import type { OwnSeries, Series } from "@gift/monitor/series";
import { slos } from "@gift/monitor/slo";
import { type MetricName, metrics } from "@gift/telemetry/metric";
import { metricTags } from "@gift/telemetry/metric-tag";
import { readSources } from "../support/sources.ts";

/** Every series that a formula is made of. */
export function seriesOf(formula: Formula): readonly Series[] {
  if (formula.is === "series") return [formula.of];
  return formula.is === "difference" ? [formula.of, formula.minus] : [...formula.of, formula.among];
}

/** Every series that monitors look at, that SLOs count, or that the dashboard draws. */
export function watchedSeries(definitions: readonly Definition[], groups: readonly Group[]): readonly Series[] {
  const ofMonitors = definitions.flatMap(({ condition }) => (condition.kind === "metric" ? [condition.formula] : []));
  const ofBoard = groups.flatMap(({ charts }) => charts.flatMap(({ lines }) => lines.map(({ formula }) => formula)));
  const ofSlos = Object.values(slos).flatMap(({ good, among }): Series[] => [good, ...among]);
  return [...[...ofMonitors, ...ofBoard].flatMap(seriesOf), ...ofSlos];
}

const emitters = ["api", "core", "queue", "telemetry", "worker"];

/** What runs in production and emits; the tables themselves only name. */
const sources = readSources("packages", ".ts").filter(
  ({ path }) => emitters.includes(path.split("/")[1] ?? "") && !/\/(metric|log-event)\.ts$/.test(path),
);

/** Whether a call of some emitting function has this name as its argument. */
function isArgument(name: string, functions: string): boolean {
  const call = new RegExp(`\\b(?:${functions})\\(\\s*"${name.replaceAll(".", "\\.")}"`);
  return sources.some(({ text }) => call.test(text));
}

/** What is wrong with a series of our own; empty when the code emits such points. */
export function problemsOf({ metric, where = {}, except = {}, across }: OwnSeries): string[] {
  if (!(metric in metrics)) return [`${metric} is in no table`];
  const { kind, tags }: { kind: string; tags: readonly string[] } = metrics[metric as MetricName];
  const filters = [...Object.entries(where), ...Object.entries(except)];
  return [
    ...(isArgument(metric, "count|gauge|measure") ? [] : [`nothing emits ${metric}`]),
    ...filters.filter(([tag]) => !tags.includes(tag)).map(([tag]) => `${metric} has no tag ${tag}`),
    ...filters.flatMap(([tag, value]) => [value].flat().flatMap((each) => unknownValue(tag, each))),
    // A sum of gauges counts a number of every task; a count is nothing but its sum.
    ...((kind === "count") === (across === "sum") ? [] : [`${metric} is a ${kind}, taken as ${across}`]),
  ];
}

function unknownValue(tag: string, value: string): string[] {
  const known = Object.entries(metricTags).find(([name]) => name === tag)?.[1];
  if (!known || !("values" in known)) return [];
  return (known.values as readonly string[]).includes(value) ? [] : [`${tag} is never ${value}`];
}

/** What is wrong with a log event: a search for it would find nothing. */
export function eventProblems(event: string): string[] {
  return isArgument(event, "log|report\\w*") ? [] : [`nothing logs ${event}`];
}
