import type { Agent } from "@gift/agent/agent";
import type { Point } from "@gift/agent/point";
import { isAge } from "../evaluate/series.ts";
import type { SignalStore } from "./signals.ts";

/**
 * Takes what the services send to the agent into the store, until it is stopped.
 * @param timeScale a gauge in seconds is the age of something that waits, and ages pass as fast as windows do;
 *   durations of requests, which are distributions, are as they are
 * @returns stops
 */
export function collect(agent: Agent, store: SignalStore, timeScale: number): () => void {
  return agent.subscribe({ point: (point) => addPoint(store, point, timeScale) });
}

function addPoint(store: SignalStore, { name, values, tags, receivedAt }: Point, timeScale: number): void {
  store.addSample({
    metric: name,
    at: receivedAt.getTime(),
    values: isAge(name) ? values.map((value) => value * timeScale) : values,
    tags,
  });
}
