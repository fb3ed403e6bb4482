import { acceptableBacklogPerTask } from "@gift/fleet/backlog";
import { fleet } from "@gift/fleet/fleet";
import { expect, test } from "vitest";

const consumer = (slots: number, acceptableWaitSeconds: number, secondsPerMessage: number) => ({
  slots,
  scaling: { acceptableWaitSeconds, secondsPerMessage },
});

test("AWS's own example: 10 s of wait at 0.1 s a message is a backlog of 100", () => {
  expect(acceptableBacklogPerTask(consumer(1, 10, 0.1))).toBe(100);
});

test("a backlog at the target is worked off in the acceptable wait, one message more is not", () => {
  for (const service of [fleet.services.gift, fleet.services["dead-letters"], consumer(3, 7, 0.4)]) {
    const secondsFor = (backlog: number) => (backlog * service.scaling.secondsPerMessage) / service.slots;
    const backlog = acceptableBacklogPerTask(service);
    expect(secondsFor(backlog)).toBeLessThanOrEqual(service.scaling.acceptableWaitSeconds);
    expect(secondsFor(backlog + 1)).toBeGreaterThan(service.scaling.acceptableWaitSeconds);
  }
});

test("a message that takes longer than the acceptable wait still leaves a target that tasks can meet", () => {
  expect(acceptableBacklogPerTask(consumer(1, 10, 600))).toBe(1);
});
