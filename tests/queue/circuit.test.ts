import type { ConsumerObserver } from "@gift/queue/consumer";
import { acknowledge, retry } from "@gift/queue/verdict";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createRecordedSqsClient } from "../support/sqs-client.ts";
import { createTestConsumer, numbered, pass, until, whileRunning } from "../support/sqs-consumer.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

const circuit = { window: 5, failureRatio: 0.8, pauseSeconds: 0.3 };

function recordCircuit() {
  const events: string[] = [];
  const observer: Partial<ConsumerObserver> = {
    circuitOpened: ({ reason, err }) => events.push(err instanceof Error ? `${reason}: ${err.message}` : reason),
    circuitClosed: () => events.push("closed"),
  };
  return { events, observer };
}

test.concurrent("when nearly everything fails the circuit opens, probes with one message, and closes on success", async () => {
  const queueUrl = await sqs.createQueue("ratio");
  await sqs.send(queueUrl, numbered(30));
  const recorded = createRecordedSqsClient();
  const { events, observer } = recordCircuit();
  let isHealthy = false;
  let running = 0;
  let mostProbing = 0;
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 5,
    prefetch: 0,
    circuit,
    observer,
    async handle() {
      running += 1;
      if (events.length > 0 && events.at(-1) !== "closed") mostProbing = Math.max(mostProbing, running);
      await pass(2);
      running -= 1;
      return isHealthy ? acknowledge : retry(0);
    },
  });
  await whileRunning(consumer, async () => {
    await until(() => events.length >= 3);
    expect(events.slice(0, 3)).toEqual(["failures", "probe failed", "probe failed"]);
    // 5 in the window, 4 that ran beside the last of them, 2 probes.
    expect(consumer.handled.length).toBeLessThanOrEqual(11);
    isHealthy = true;
    await until(() => consumer.totals.acknowledged === 30);
  });
  expect(events.at(-1)).toBe("closed");
  expect(mostProbing).toBe(1);
});

test.concurrent("an unavailable dependency opens the circuit at once; what is buffered is held with extended leases", async () => {
  const queueUrl = await sqs.createQueue("unavailable");
  await sqs.send(queueUrl, numbered(20));
  const recorded = createRecordedSqsClient();
  const { events, observer } = recordCircuit();
  let isHealthy = false;
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    slots: 2,
    prefetch: 8,
    visibilityTimeoutSeconds: 1,
    circuit: { window: 50, failureRatio: 0.9, pauseSeconds: 0.2 },
    observer,
    isUnavailable: (err) => err instanceof Error && err.message === "database away",
    isReady: () => Promise.resolve(isHealthy),
    handle: () => (isHealthy ? Promise.resolve(acknowledge) : Promise.reject(new Error("database away"))),
  });
  await whileRunning(consumer, async () => {
    await until(() => events.length === 1);
    const handledAtOpening = consumer.handled.length;
    expect(handledAtOpening).toBeLessThanOrEqual(2);
    const polls = recorded.callsOf("ReceiveMessage").length;
    // Longer than the visibility timeout: without extensions the buffered ones would be lost and received again.
    await pass(1_500);
    expect(consumer.handled).toHaveLength(handledAtOpening);
    expect(consumer.stats()).toMatchObject({ circuit: "open", buffered: 10 - handledAtOpening });
    expect(recorded.callsOf("ReceiveMessage")).toHaveLength(polls);
    isHealthy = true;
    await until(() => consumer.totals.acknowledged === 20);
  });
  expect(events).toEqual(["unavailable: database away", "closed"]);
  const counts = consumer.handled.map((message) => message.receiveCount);
  // Only those that ran into the outage were received twice.
  expect(counts.filter((count) => count > 1).length).toBeLessThanOrEqual(2);
});

test.concurrent("each probe is a single message, however many are buffered and however many slots are free", async () => {
  const queueUrl = await sqs.createQueue("single-probe");
  await sqs.send(queueUrl, numbered(10));
  const startedUnder: string[] = [];
  const { events, observer } = recordCircuit();
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    slots: 4,
    prefetch: 6,
    circuit: { window: 50, failureRatio: 0.9, pauseSeconds: 0.1 },
    observer,
    isUnavailable: () => true,
    async handle() {
      startedUnder.push(`after ${events.length} openings`);
      await pass(20);
      throw new Error("away");
    },
  });
  await whileRunning(consumer, () => until(() => events.length === 4));
  // The first openings are by those that were running; every later start is a probe.
  expect(startedUnder.filter((under) => under !== "after 0 openings")).toEqual(
    [1, 2, 3].map((count) => `after ${count} openings`),
  );
});

test.concurrent("with nothing buffered, the probe is one poll for one message", async () => {
  const queueUrl = await sqs.createQueue("probe-poll");
  await sqs.send(queueUrl, ["first"]);
  const recorded = createRecordedSqsClient();
  const { events, observer } = recordCircuit();
  const consumer = createTestConsumer({
    client: recorded.client,
    queueUrl,
    circuit: { ...circuit, pauseSeconds: 0.1 },
    observer,
    isUnavailable: () => true,
    handle: ({ receiveCount }) =>
      receiveCount === 1 ? Promise.reject(new Error("away")) : Promise.resolve(acknowledge),
  });
  await whileRunning(consumer, () => until(() => events.length === 2));
  expect(events).toEqual(["unavailable: away", "closed"]);
  const asked = recorded.callsOf("ReceiveMessage").map((call) => call.input.MaxNumberOfMessages);
  expect(asked).toContain(1);
  expect(consumer.handled.map((message) => message.receiveCount)).toEqual([1, 2]);
});

test.concurrent("a readiness check that rejects, and a classifier that throws, count as no", async () => {
  const queueUrl = await sqs.createQueue("careless-callbacks");
  await sqs.send(queueUrl, ["body"]);
  const { events, observer } = recordCircuit();
  let asked = 0;
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    circuit: { window: 1, failureRatio: 1, pauseSeconds: 0.1 },
    observer,
    isUnavailable() {
      throw new Error("classifier");
    },
    isReady() {
      asked += 1;
      return asked < 3 ? Promise.reject(new Error("check")) : Promise.resolve(true);
    },
    handle: ({ receiveCount }) => Promise.resolve(receiveCount === 1 ? retry(0) : acknowledge),
  });
  await whileRunning(consumer, () => until(() => consumer.totals.acknowledged === 1));
  expect(asked).toBe(3);
  expect(events).toEqual(["failures", "closed"]);
});

test.concurrent("a consumer that stops with an open circuit releases what it holds", async () => {
  const queueUrl = await sqs.createQueue("stop-while-open");
  await sqs.send(queueUrl, numbered(10));
  const consumer = createTestConsumer({
    client: sqs.client,
    queueUrl,
    slots: 1,
    circuit: { ...circuit, pauseSeconds: 60 },
    isUnavailable: () => true,
    handle: () => Promise.reject(new Error("away")),
  });
  await consumer.start();
  await until(() => consumer.stats().circuit === "open");
  await consumer.stop({ deadlineMilliseconds: 3_000 });
  expect(consumer.handled).toHaveLength(1);
  expect(await sqs.counts(queueUrl)).toEqual({ visible: 9, inFlight: 1 });
});
