import { connectMetrics, gauge } from "@gift/telemetry/measure";
import { sampleGauges } from "@gift/telemetry/sample-gauges";
import { expect, onTestFinished, test, vi } from "vitest";
import { useMetrics } from "../support/metric.ts";

const metrics = useMetrics();
const poll = { timeout: 5_000, interval: 2 };
const often = { intervalMilliseconds: 5 };
const never = { intervalMilliseconds: 600_000 };

/** Samples for the length of a test at most. */
function sampling(sample: () => void | Promise<void>, options = often): () => Promise<void> {
  const stop = sampleGauges(sample, options);
  onTestFinished(stop);
  return stop;
}

const busy = () => metrics.of("gift.slots.busy").map(({ value }) => value);
const sampleBusy = (value: number) => gauge("gift.slots.busy", value, { queue: "gift" });

test("a gauge is read at once, and once more at the end", async () => {
  let value = 7;
  const stop = sampling(() => sampleBusy(value), never);
  expect(busy()).toEqual([7]);
  value = 0;
  await stop();
  expect(busy()).toEqual([7, 0]);
});

test("in between it is read every ten seconds, so that a monitor sees a value within twenty, and never after the end", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const stop = sampleGauges(() => sampleBusy(1));
  await vi.advanceTimersByTimeAsync(9_999);
  expect(busy()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(busy()).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(busy()).toHaveLength(5);
  await stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(busy()).toHaveLength(6);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no"))],
])("a reading that %s is a gap; the next one is made all the same", async (_, fail) => {
  let readings = 0;
  const stop = sampling(() => {
    readings += 1;
    if (readings < 3) return fail();
    return sampleBusy(readings);
  });
  await expect.poll(busy, poll).toContain(3);
  await stop();
});

test("a slow reading is not overtaken by the next one, and a stop waits for it", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  let ticks = 0;
  const stop = sampling(async () => {
    running += 1;
    most = Math.max(most, running);
    await promise;
    running -= 1;
  });
  const stopTicks = sampling(() => {
    ticks += 1;
  });
  await expect.poll(() => ticks, poll).toBeGreaterThan(3);
  const stopped = stop().then(() => running);
  resolve();
  expect(await stopped).toBe(0);
  expect(most).toBe(1);
  await stopTicks();
});

test("while nobody listens nothing is read", async () => {
  connectMetrics(undefined);
  let readings = 0;
  const stop = sampling(() => {
    readings += 1;
  }, never);
  await stop();
  expect(readings).toBe(0);
});

test("it keeps no process alive", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  const stop = sampling(() => undefined, never);
  expect(timers()).toBe(before);
  await stop();
});
