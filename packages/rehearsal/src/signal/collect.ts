import type { Agent } from "@gift/agent/agent";
import type { Point } from "@gift/agent/point";
import { type MetricName, metrics } from "@gift/telemetry/metric";
import type { SignalStore } from "./signals.ts";

/**
 * Takes what the services send to the agent into the store, until it is stopped.
 * @param timeScale a gauge in seconds is the age of something that waits, and ages pass as fast as windows do; durations of
 * requests, which are distributions, are as they are
 * @returns stops
 */
export function collect(agent: Agent, store: SignalStore, timeScale: number): () => void {
  return agent.subscribe({ point: (point) => addPoint(store, point, timeScale) });
}

function addPoint(store: SignalStore, { name, kind, values, tags, receivedAt }: Point, timeScale: number): void {
  const isAge = kind === "gauge" && isKnown(name) && metrics[name].unit === "second";
  store.addSample({
    metric: name,
    at: receivedAt.getTime(),
    values: isAge ? values.map((value) => value * timeScale) : values,
    tags,
  });
}

function isKnown(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}
