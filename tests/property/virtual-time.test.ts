import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { inVirtualTime } from "../support/virtual-time/install.ts";
import { currentProcess, outside, SimulatedProcess } from "../support/virtual-time/process.ts";

const atSeed = { seed: 1 };

test("timers fire in the order of their times, at their times, and hours take no time", async () => {
  const realStart = performance.now();
  const fired = await inVirtualTime(atSeed, async (clock) => {
    const seen: string[] = [];
    setTimeout(() => seen.push(`late ${clock.now()}`), 7_200_000);
    setTimeout(() => seen.push(`first ${clock.now()}`), 10);
    setTimeout(() => seen.push(`second ${clock.now()}`), 10);
    const interval = setInterval(() => seen.push(`every ${clock.now()}`), 3_000_000);
    clearTimeout(setTimeout(() => seen.push("cleared"), 5));
    await sleep(7_200_001);
    clearInterval(interval);
    return seen;
  });
  expect(fired).toEqual(["first 10", "second 10", "every 3000000", "every 6000000", "late 7200000"]);
  expect(performance.now() - realStart).toBeLessThan(5_000);
});

test("both clocks say how much virtual time has passed", async () => {
  await inVirtualTime({ seed: 1, startsAt: 1_000 }, async () => {
    const startedAt = performance.now();
    await sleep(12_345);
    expect(performance.now() - startedAt).toBe(12_345);
    expect(Date.now()).toBe(13_345);
  });
});

test("a sleep ends with its signal's reason", async () => {
  await inVirtualTime(atSeed, async (clock) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await expect(sleep(1_000, undefined, { signal: abort.signal })).rejects.toThrow("enough");
    expect(clock.now()).toBe(50);
    await expect(sleep(1_000, undefined, { signal: abort.signal })).rejects.toThrow("enough");
  });
});

test("time stands still while real work is done", async () => {
  await inVirtualTime(atSeed, async (clock) => {
    const order: string[] = [];
    setTimeout(() => order.push("timer"), 1);
    await clock.real(new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve)))));
    order.push("work");
    expect(clock.now()).toBe(0);
    await sleep(2);
    expect(order).toEqual(["work", "timer"]);
  });
});

test("a body that waits for what can't happen fails instead of hanging, and leaves the globals as they were", async () => {
  const before = [globalThis.setTimeout, globalThis.clearInterval, performance.now, Date.now, Math.random];
  await expect(inVirtualTime(atSeed, () => new Promise(() => undefined))).rejects.toThrow("nothing is going to happen");
  expect([globalThis.setTimeout, globalThis.clearInterval, performance.now, Date.now, Math.random]).toEqual(before);
  await sleep(1);
});

test("the seed decides what is random", async () => {
  const drawn = (seed: number) => inVirtualTime({ seed }, () => Promise.resolve([Math.random(), Math.random()]));
  expect(await drawn(1)).toEqual(await drawn(1));
  expect(await drawn(1)).not.toEqual(await drawn(2));
});

test("a process's timers, and those that they set, die with it", async () => {
  await inVirtualTime(atSeed, async () => {
    const seen: string[] = [];
    const process = new SimulatedProcess("victim");
    process.run(() => setTimeout(() => setTimeout(() => seen.push("inner"), 100), 100));
    process.run(() => outside(() => setTimeout(() => seen.push("outside"), 250)));
    await sleep(150);
    process.kill();
    await sleep(500);
    expect(seen).toEqual(["outside"]);
  });
});

test("a frozen process runs its timers after the thaw, in order and as itself", async () => {
  await inVirtualTime(atSeed, async (clock) => {
    const seen: string[] = [];
    const process = new SimulatedProcess("sleeper");
    const say = (word: string) => seen.push(`${word} ${clock.now()} ${currentProcess()?.name}`);
    process.run(() => setTimeout(() => say("one"), 100));
    process.run(() => setTimeout(() => say("two"), 200));
    process.freeze();
    await sleep(1_000);
    process.thaw();
    expect(seen).toEqual(["one 1000 sleeper", "two 1000 sleeper"]);
  });
});
