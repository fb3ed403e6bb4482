import { setTimeout as sleep } from "node:timers/promises";
import { createConsumer } from "@gift/queue/consumer";
import { acknowledge } from "@gift/queue/verdict";
import { expect, test } from "vitest";
import { createModelClient } from "../support/sqs-model/client.ts";
import { SqsModel } from "../support/sqs-model/model.ts";
import { inVirtualTime } from "../support/virtual-time/install.ts";
import { SimulatedProcess } from "../support/virtual-time/process.ts";

interface Freeze {
  readonly atMilliseconds: number;
  readonly forMilliseconds: number;
}

/** A consumer whose process freezes around the moment (2,500 ms) at which SQS hands it a message. */
function frozen({ atMilliseconds, forMilliseconds }: Freeze, slots: number) {
  return inVirtualTime({ seed: 1 }, async (clock) => {
    const model = new SqsModel({ clock, seed: 1 });
    const queueUrl = model.createQueue("queue");
    const process = new SimulatedProcess("consumer");
    const { client } = createModelClient(model);
    const started: number[] = [];
    const lost: number[] = [];
    const consumer = process.run(() =>
      createConsumer({
        name: "freeze",
        client,
        queueUrl,
        slots,
        prefetch: 10,
        receivers: 1,
        waitTimeSeconds: 20,
        visibilityTimeoutSeconds: 30,
        handlerTimeoutSeconds: 25,
        backoff: { baseSeconds: 1, factor: 1, capSeconds: 1 },
        async handle({ receiveCount }) {
          started.push(receiveCount);
          await sleep(10);
          return acknowledge;
        },
        observer: { leaseLost: ({ receiveCount }) => lost.push(receiveCount) },
      }),
    );
    await process.run(() => consumer.start());
    setTimeout(() => model.find(queueUrl).queue.send({ body: "body" }), 2_500 - clock.now());
    setTimeout(() => process.freeze(), atMilliseconds - clock.now());
    await sleep(atMilliseconds + forMilliseconds - clock.now());
    process.thaw();
    await sleep(60_000);
    await process.run(() => consumer.stop({ deadlineMilliseconds: 5_000 }));
    return { started, lost };
  });
}

test.each([
  ["just as SQS answers", { atMilliseconds: 2_500, forMilliseconds: 40_000 }],
  ["before SQS answers, so that its clock ticks first when it wakes", { atMilliseconds: 800, forMilliseconds: 40_000 }],
])("a process that froze %s knows that the leases are lost: no handler starts under them", async (_, freeze) => {
  for (const slots of [1, 10]) {
    const { started, lost } = await frozen(freeze, slots);
    expect(started).toEqual([2]);
    expect(lost).toEqual([1]);
  }
});

test.each([
  ["never", { atMilliseconds: 70_000, forMilliseconds: 1 }],
  ["for a moment", { atMilliseconds: 2_500, forMilliseconds: 5_000 }],
])("a process that froze %s loses nothing", async (_, freeze) => {
  const { started, lost } = await frozen(freeze, 10);
  expect(lost).toEqual([]);
  expect(started).toEqual([1]);
});
