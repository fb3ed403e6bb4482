import { createTraceBudget } from "@gift/telemetry/trace-budget";
import fc from "fast-check";
import { expect, test } from "vitest";

function budgetOf(perSecond: number) {
  const clock = { milliseconds: 0 };
  return { clock, take: createTraceBudget(perSecond, () => clock.milliseconds) };
}

test("a second's worth may be begun at once, then as many as time brings back", () => {
  const { clock, take } = budgetOf(10);
  expect(Array.from({ length: 12 }, take)).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
  clock.milliseconds += 99;
  expect(take()).toBe(false);
  clock.milliseconds += 1;
  expect([take(), take()]).toEqual([true, false]);
});

test("below one a second it is one trace now and then", () => {
  const { clock, take } = budgetOf(0.5);
  expect([take(), take()]).toEqual([true, false]);
  clock.milliseconds += 1_999;
  expect(take()).toBe(false);
  clock.milliseconds += 1;
  expect(take()).toBe(true);
});

test("a long pause saves up a second's worth and no more", () => {
  const { clock, take } = budgetOf(3);
  clock.milliseconds += 3_600_000;
  expect(Array.from({ length: 5 }, take).filter(Boolean)).toHaveLength(3);
});

test("whenever requests come, it is never more than a second's worth and the rate", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(500), { maxLength: 200 }), (perSecond, pauses) => {
      const { clock, take } = budgetOf(perSecond);
      let taken = 0;
      for (const pause of pauses) {
        clock.milliseconds += pause;
        if (take()) taken += 1;
        expect(taken).toBeLessThanOrEqual(perSecond + (clock.milliseconds / 1_000) * perSecond + 1e-6);
      }
    }),
  );
});
