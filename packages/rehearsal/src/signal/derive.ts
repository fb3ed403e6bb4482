import { setTimeout as pause } from "node:timers/promises";
import { type CloudWatchMetric, cloudWatchMetrics } from "@gift/monitor/outside-metric";
import type { Resource } from "@gift/monitor/series";
import { resourceTag } from "../evaluate/series.ts";
import type { SignalStore } from "./signals.ts";

/** Reads some of CloudWatch's metrics of one resource where this machine can see them. */
export interface Source {
  readonly of: Resource;
  /** Where the numbers come from instead, for people. */
  readonly derivedFrom: string;
  readonly metrics: readonly CloudWatchMetric[];
  read(): Promise<Partial<Record<CloudWatchMetric, number>>> | Partial<Record<CloudWatchMetric, number>>;
}

const intervalMilliseconds = 250;

/**
 * Reads every source four times a second into the store, as if CloudWatch had, until it is stopped.
 * @param onProblem told of a source that couldn't be read; its metric then has a gap
 * @returns stops: resolves when nothing is being read
 */
export function derive(
  sources: readonly Source[],
  store: SignalStore,
  onProblem: (err: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController();

  async function readOne(source: Source): Promise<void> {
    try {
      const values = await source.read();
      const at = Date.now();
      for (const metric of source.metrics) addReading(store, source.of, metric, values[metric], at);
    } catch (err) {
      onProblem(err);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await Promise.all(sources.map(readOne));
      await pause(intervalMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

function addReading(
  store: SignalStore,
  of: Resource,
  metric: CloudWatchMetric,
  value: number | undefined,
  at: number,
): void {
  // A count of nothing is no point of CloudWatch's, which is why queries fill gaps with 0.
  if (value === undefined || (value === 0 && cloudWatchMetrics[metric].kind === "count")) return;
  store.addSample({ metric, at, values: [value], tags: { resource: resourceTag(of) } });
}
