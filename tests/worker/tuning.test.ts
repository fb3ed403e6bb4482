import { fleet } from "@gift/fleet/fleet";
import { tuningOf } from "@gift/worker/tuning";
import { expect, test } from "vitest";

const none = { waitTimeSeconds: undefined, retryBaseSeconds: undefined };

test("a consumer runs with the fleet's numbers: its own, and its queue's visibility and limit", () => {
  expect(tuningOf(fleet.services.gift, fleet.queues.gift, none)).toEqual({
    slots: 100,
    prefetch: 10,
    receivers: 4,
    waitTimeSeconds: 20,
    handlerTimeoutSeconds: 25,
    visibilityTimeoutSeconds: 30,
    maxReceiveCount: 5,
    backoff: { baseSeconds: 5, factor: 3, capSeconds: 900 },
  });
});

test("a consumer of a dead-letter queue has no limit of receives", () => {
  const tuning = tuningOf(fleet.services["dead-letters"], fleet.queues["gift-dead-letters"], none);
  expect(tuning).not.toHaveProperty("maxReceiveCount");
});

test("the environment overrides the wait and the first backoff, zero included, and nothing else", () => {
  const declared = tuningOf(fleet.services.gift, fleet.queues.gift, none);
  expect(tuningOf(fleet.services.gift, fleet.queues.gift, { waitTimeSeconds: 0, retryBaseSeconds: 0 })).toEqual({
    ...declared,
    waitTimeSeconds: 0,
    backoff: { ...declared.backoff, baseSeconds: 0 },
  });
});
