import { startAgent } from "@gift/agent/agent";
import { type Alert, startWatch } from "@gift/rehearsal/evaluate/watch";
import { createClock } from "@gift/rehearsal/evaluate/window";
import { createRandom } from "@gift/rehearsal/random";
import { collect } from "@gift/rehearsal/signal/collect";
import { SignalStore } from "@gift/rehearsal/signal/signals";
import { until } from "@gift/rehearsal/until";
import { expect, onTestFinished, test } from "vitest";
import { logCondition, monitorWith } from "./monitor.ts";

test("an alert is told when it begins, when it recovers, and again as a repetition", async () => {
  const store = new SignalStore();
  const told: [string, Alert][] = [];
  // Five minutes pass in half a second.
  const watch = startWatch({
    clock: createClock(600),
    monitors: [monitorWith(logCondition({ thresholds: { critical: 0 } }))],
    signals: store,
    onAlert: (alert) => told.push(["alert", alert]),
    onRecovery: (alert) => told.push(["recovery", alert]),
  });
  onTestFinished(() => watch.stop());
  store.addLine("send.failed", Date.now());
  await until("the alert", () => watch.alerting().length === 1);
  await until("its recovery", () => watch.alerting().length === 0);
  store.addLine("send.failed", Date.now());
  await until("the second alert", () => watch.alerting().length === 1);
  expect(told.map(([what, { isRepeated }]) => [what, isRepeated])).toEqual([
    ["alert", false],
    ["recovery", false],
    ["alert", true],
  ]);
  expect(watch.alerts[0]?.recoveredAt).toBeGreaterThan(watch.alerts[0]?.at ?? Number.POSITIVE_INFINITY);
  watch.forget();
  expect(watch.alerts).toEqual([]);
});

test("what services send is kept: a gauge in seconds as an age in the monitors' time, anything else as it is", async () => {
  const agent = await startAgent();
  onTestFinished(() => agent.stop());
  const store = new SignalStore();
  const stop = collect(agent, store, 60);
  const body = [
    "gift.outbox.oldest_age:2|g|#queue:gift,task:a",
    "gift.outbox.depth:3|g|#queue:gift",
    "gift.send.latency:0.5:0.7|d",
    "gift.send.accepted:4|c",
  ].join("\n");
  await fetch(`${agent.url}/dogstatsd/v2/proxy`, { method: "POST", body });
  const valuesOf = (metric: string) => store.samplesOf(metric).map(({ values }) => values);
  expect(valuesOf("gift.outbox.oldest_age")).toEqual([[120]]);
  expect(store.samplesOf("gift.outbox.oldest_age")[0]?.tags).toEqual({ queue: "gift", task: "a" });
  expect(valuesOf("gift.outbox.depth")).toEqual([[3]]);
  expect(valuesOf("gift.send.latency")).toEqual([[0.5, 0.7]]);
  expect(valuesOf("gift.send.accepted")).toEqual([[4]]);
  stop();
  await fetch(`${agent.url}/dogstatsd/v2/proxy`, { method: "POST", body });
  expect(valuesOf("gift.outbox.depth")).toHaveLength(1);
});

test("a new scenario begins with a clean slate", () => {
  const store = new SignalStore();
  store.addSample({ metric: "gift.outbox.depth", at: 1, values: [1], tags: {} });
  store.addLine("send.failed", 1);
  store.clear();
  expect(store.samplesOf("gift.outbox.depth")).toEqual([]);
  expect(store.linesOf("send.failed")).toEqual([]);
});

test("the same seed decides the same, another one something else, all of it in [0, 1)", () => {
  const take = (seed: number) => Array.from({ length: 1_000 }, createRandom(seed));
  expect(take(7)).toEqual(take(7));
  expect(take(7)).not.toEqual(take(8));
  expect(take(7).every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(take(7)).size).toBe(1_000);
});
