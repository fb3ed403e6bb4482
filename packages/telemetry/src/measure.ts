import type { MetricName, NameOf, TagsOf } from "./metric.ts";

type Tags = Readonly<Record<string, string>>;

/** Where measurements go: the tracer's DogStatsD client, once `instrument.ts` is preloaded. */
export interface MetricSink {
  increment(name: string, value: number, tags: Tags): void;
  gauge(name: string, value: number, tags: Tags): void;
  distribution(name: string, value: number, tags: Tags): void;
}

let connected: MetricSink | undefined;

/** Sends everything that is measured from now on to a sink; undefined forgets it again. */
export function connectMetrics(sink: MetricSink | undefined): void {
  connected = sink;
}

/** Whether anybody listens: what costs something to find out needn't be found out otherwise. */
export function isMeasuring(): boolean {
  return connected !== undefined;
}

/** A metric without tags needs no third argument. */
type TagArguments<Name extends MetricName> = [keyof TagsOf<Name>] extends [never] ? [] : [tags: TagsOf<Name>];

/**
 * Adds to a count. Without an agent it does nothing, like its two sisters.
 * @param name a row of the table
 * @param value how many more
 * @param tags a value per tag of the row
 */
export function count<Name extends NameOf<"count">>(name: Name, value: number, ...[tags]: TagArguments<Name>): void {
  connected?.increment(name, value, tags ?? {});
}

/** Says what a gauge stands at. */
export function gauge<Name extends NameOf<"gauge">>(name: Name, value: number, ...[tags]: TagArguments<Name>): void {
  connected?.gauge(name, value, tags ?? {});
}

/** Adds one value to a distribution, in the row's unit. */
export function measure<Name extends NameOf<"distribution">>(
  name: Name,
  value: number,
  ...[tags]: TagArguments<Name>
): void {
  connected?.distribution(name, value, tags ?? {});
}
