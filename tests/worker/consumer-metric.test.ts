import { randomUUID } from "node:crypto";
import { connectMetrics } from "@gift/telemetry/measure";
import { createConsumerLog } from "@gift/worker/consumer-log";
import { createConsumerMetric, gaugeConsumer } from "@gift/worker/consumer-metric";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { sinkInto, useMetrics } from "../support/metric.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { captureLog } from "./captured-log.ts";
import { queueGift, stateOf } from "./gifts.ts";
import { createWorld, runDeadLettersRole, runGiftRole, useRoles, type World } from "./roles.ts";

const database = useTestDatabase();
const metrics = useMetrics();
let sqs: SqsServer;
let world: World;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());
useRoles();
beforeEach(async () => {
  world = await createWorld(database, sqs);
});

const message = { id: "m", body: "{}", attributes: {}, receiveCount: 1, sentAt: new Date() };
const verdicts = (queue: string) =>
  metrics.of("gift.handler.duration").flatMap(({ tags }) => (tags.queue === queue ? [tags.verdict] : []));
const statusOf = (giftId: string) => async () => (await stateOf(database.db, giftId)).status;

describe("a consumer", () => {
  // First in the file: the roles of other tests may still be saying their last word.
  test("says at its start and at its end that its slots are free and its circuit is closed", async () => {
    const { role } = await runGiftRole(world);
    expect(metrics.last("gift.slots.busy", { queue: "gift" })).toBe(0);
    expect(metrics.last("gift.circuit.open", { queue: "gift" })).toBe(0);
    await role.stop(5_000);
    expect(metrics.of("gift.slots.busy")).toHaveLength(2);
    expect(metrics.of("gift.circuit.open")).toHaveLength(2);
  });

  test("measures the wait of each message once, at its first receive, and each handling by its verdict", async () => {
    const gift = await queueGift(database.db, "test:fail-first-2");
    await sqs.send(world.queueUrl, [gift.body]);
    const waitedFrom = Date.now();
    await runGiftRole(world);
    await expect.poll(statusOf(gift.giftId)).toBe("SENT");
    await expect.poll(() => verdicts("gift")).toEqual(["retry", "retry", "acknowledge"]);
    const [wait, ...more] = metrics.of("gift.queue.wait");
    expect(wait?.tags).toEqual({ queue: "gift" });
    expect(wait?.value).toBeGreaterThanOrEqual(0);
    expect(wait?.value).toBeLessThanOrEqual((Date.now() - waitedFrom) / 1_000 + 1);
    expect(more).toEqual([]);
    for (const { value } of metrics.of("gift.handler.duration")) expect(value).toBeLessThan(5);
  });

  test("measures a message that it gives up, and the dead-letter queue's under that queue's name", async () => {
    await sqs.send(world.queueUrl, ["hello"]);
    await runGiftRole(world);
    await runDeadLettersRole(world);
    await expect.poll(() => verdicts("gift-dead-letters")).toEqual(["acknowledge"]);
    expect(verdicts("gift")).toEqual(["release", "release", "release", "release", "release"]);
    // Its receive count goes on from the first queue's, and so does its time of sending: no wait in the second.
    expect(metrics.of("gift.queue.wait").map(({ tags }) => tags.queue)).toEqual(["gift"]);
  });

  test("isn't hurt by a sink that throws", async () => {
    const gift = await queueGift(database.db, "test:fail-first-1");
    const refuse = () => {
      throw new Error("no agent");
    };
    await runGiftRole(world);
    const { increment } = sinkInto([]);
    connectMetrics({ increment, gauge: refuse, distribution: refuse });
    await sqs.send(world.queueUrl, [gift.body]);
    await expect.poll(statusOf(gift.giftId)).toBe("SENT");
    await expect.poll(() => sqs.counts(world.queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  });
});

describe("the wait in the queue", () => {
  test("of a message from the future, by another machine's clock, is nothing", () => {
    createConsumerMetric("gift").received([{ ...message, sentAt: new Date(Date.now() + 60_000) }]);
    expect(metrics.of("gift.queue.wait")).toMatchObject([{ value: 0 }]);
  });

  test("is in seconds, and not measured again when backoffs are in it", () => {
    const sentAt = new Date(Date.now() - 90_000);
    const messages = [1, 2, 5].map((receiveCount) => ({ ...message, id: randomUUID(), receiveCount, sentAt }));
    createConsumerMetric("gift").received(messages);
    const [wait, ...more] = metrics.of("gift.queue.wait");
    expect(wait?.value).toBeCloseTo(90, 0);
    expect(more).toEqual([]);
  });
});

describe("the circuit's gauge", () => {
  test.each([
    ["closed", "running", 3, 0],
    ["open", "running", 0, 1],
    ["half-open", "running", 1, 1],
    ["half-open", "running", 0, 0],
    ["open", "stopping", 3, 0],
    ["open", "stopped", 0, 0],
  ] as const)(
    "of one that is %s in a consumer that is %s with %d in hand says %d",
    (circuit, phase, running, value) => {
      gaugeConsumer("gift", { phase, circuit, running, buffered: 0, unconfirmed: 0 });
      expect(metrics.last("gift.circuit.open", { queue: "gift" })).toBe(value);
      expect(metrics.last("gift.slots.busy", { queue: "gift" })).toBe(running);
    },
  );
});

test("what is measured and what is logged of a consumer are told apart: neither takes the other's place", () => {
  const logged = Object.keys(createConsumerLog(captureLog().log, "gift"));
  expect(Object.keys(createConsumerMetric("gift")).filter((name) => logged.includes(name))).toEqual([]);
});
