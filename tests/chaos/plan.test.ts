import { faultKinds } from "@gift/chaos/plan/fault-kind";
import { planKeys } from "@gift/chaos/plan/key-plan";
import { type Fault, occursIn, planFaults } from "@gift/chaos/plan/plan";
import { otherRoles } from "@gift/local/stack/service-spec";
import { describe, expect, test } from "vitest";

const seeds = Array.from({ length: 200 }, (_, seed) => seed);
const lasting = (fault: Fault) => fault.startsAtMilliseconds + fault.lastsMilliseconds;

test("the same seed makes the same plan, another one another", () => {
  const options = { minutes: 2, leaseSeconds: 6 };
  expect(planFaults({ seed: 7, ...options })).toEqual(planFaults({ seed: 7, ...options }));
  expect(planFaults({ seed: 7, ...options })).not.toEqual(planFaults({ seed: 8, ...options }));
});

describe.each([
  { minutes: 1, leaseSeconds: 6 },
  { minutes: 5, leaseSeconds: 30 },
])("a plan of $minutes minutes", (options) => {
  const plans = seeds.map((seed) => planFaults({ seed, ...options }));

  test("has every kind of fault, whatever the seed", () => {
    for (const plan of plans) expect(faultKinds.filter((kind) => !occursIn(plan, kind))).toEqual([]);
  });

  test("begins in order, after a moment of calm, and is over when the time is", () => {
    for (const plan of plans) {
      const starts = plan.map(({ startsAtMilliseconds }) => startsAtMilliseconds);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      expect(starts[0]).toBeGreaterThanOrEqual(2_000);
      expect(Math.max(...plan.map(lasting))).toBeLessThanOrEqual(options.minutes * 60_000);
    }
  });

  test("does one thing at a time to each target, and several to the system", () => {
    for (const plan of plans) {
      for (const faults of Map.groupBy(plan, ({ target }) => target).values())
        for (const [index, fault] of faults.slice(1).entries())
          expect(fault.startsAtMilliseconds).toBeGreaterThanOrEqual(lasting(faults[index] ?? fault));
    }
    const overlaps = plans.flatMap((plan) =>
      plan.filter((fault, index) => lasting(fault) > (plan[index + 1] ?? fault).startsAtMilliseconds),
    );
    expect(overlaps.length).toBeGreaterThan(plans.length);
  });

  test("freezes who holds leases for longer than a lease", () => {
    const freezes = plans.flat().filter(({ way, target }) => way === "freeze" && /^gift|^dead/.test(target));
    expect(freezes.length).toBeGreaterThanOrEqual(2 * plans.length);
    for (const { lastsMilliseconds } of freezes)
      expect(lastsMilliseconds).toBeGreaterThan(options.leaseSeconds * 1_000);
  });

  test("spares none of the three workers for ever", () => {
    const killed = plans.flat().filter(({ way }) => way === "kill");
    expect(new Set(killed.map(({ target }) => target))).toEqual(
      new Set(["api", ...otherRoles, "sqs", ...[1, 2, 3].map((n) => `gift-worker-${n}`)]),
    );
  });
});

test("a longer run goes through all kinds again and again", () => {
  const plan = planFaults({ seed: 1, minutes: 10, leaseSeconds: 30 });
  expect(plan.length).toBeGreaterThan(3 * faultKinds.length);
});

test("keys change at instants that the seed decides, early enough to see what becomes of it", () => {
  const plans = seeds.map((seed) => planKeys({ seed, minutes: 1 }));
  expect(planKeys({ seed: 7, minutes: 1 })).toEqual(plans[7]);
  expect(new Set(plans.map(({ revokeAtMilliseconds }) => revokeAtMilliseconds)).size).toBeGreaterThan(190);
  for (const { rotateAtMilliseconds, revokeAtMilliseconds } of plans) {
    expect(Math.min(rotateAtMilliseconds, revokeAtMilliseconds)).toBeGreaterThanOrEqual(6_000);
    expect(rotateAtMilliseconds).toBeLessThanOrEqual(24_000);
    expect(revokeAtMilliseconds).toBeLessThanOrEqual(54_000);
  }
});
