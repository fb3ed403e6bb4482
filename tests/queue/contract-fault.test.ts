import {
  DeleteMessageBatchCommand,
  OverLimit,
  ReceiveMessageCommand,
  RequestThrottled,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { pass } from "../support/sqs-consumer.ts";
import { createModelClient } from "../support/sqs-model/client.ts";
import type { Faults } from "../support/sqs-model/fault.ts";
import { SqsModel, type SqsModelOptions } from "../support/sqs-model/model.ts";
import { inVirtualTime } from "../support/virtual-time/install.ts";
import { SimulatedProcess } from "../support/virtual-time/process.ts";
import { bodiesOf, countOf, fifo, operationsOn } from "./contract/world.ts";

interface Bench {
  readonly model: SqsModel;
  readonly url: string;
  readonly queue: ReturnType<typeof operationsOn>;
  heal(): void;
}

/** A queue of a model with some faults, in virtual time. */
function withModel(
  options: Omit<SqsModelOptions, "clock"> & { attributes?: Record<string, string> },
  body: (bench: Bench) => Promise<void>,
): Promise<void> {
  return inVirtualTime({ seed: 7 }, async (clock) => {
    const model = new SqsModel({ clock, ...options });
    const url = model.createQueue("queue", options.attributes);
    const { client } = createModelClient(model, { requestTimeoutMilliseconds: 25_000 });
    const queue = operationsOn({ client, createQueue: never, createQueueWithDeadLetters: never }, url);
    const heal = () => {
      model.dice.faults = { ...model.dice.faults, ...none };
    };
    await body({ model, url, queue, heal });
  });
}

const never = () => Promise.reject(new Error("there is one queue"));
const none: Faults = { duplicate: 0, reorder: 0, undeleted: 0, throttle: 0, failEntry: 0, loseCall: 0, loseAnswer: 0 };

describe("what the emulator can't be asked to do, the model does on demand", () => {
  test("duplicate delivery: two receives get one message, and only the newer handle deletes it", () =>
    withModel({ faults: { duplicate: 1 } }, async ({ queue, heal }) => {
      await queue.send("body");
      const [first] = await queue.receive();
      heal();
      const [second] = await queue.receive();
      expect([countOf(first), countOf(second)]).toEqual([1, 2]);
      await queue.delete(first);
      await queue.hide(second, 0);
      expect(await queue.receive()).toHaveLength(1);
    }));

  test("reordered delivery: the order differs, nothing is missing, and a seed repeats it", async () => {
    const orders: string[] = [];
    for (const seed of [1, 1, 2])
      await withModel({ seed, faults: { reorder: 1 } }, async ({ queue }) => {
        for (const body of ["a", "b", "c", "d", "e", "f", "g"]) await queue.send(body);
        orders.push(bodiesOf(await queue.receive({ MaxNumberOfMessages: 10 })).join(""));
      });
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
    for (const order of orders) expect(new Set(order)).toEqual(new Set("abcdefg"));
  });

  test("a lost answer: the receive counts, the message hides, and the caller times out", () =>
    withModel({ faults: { loseAnswer: 1 } }, async ({ queue, heal }) => {
      const sent = queue.send("body");
      await expect(sent).rejects.toThrow("timed out");
      await expect(queue.receive({ VisibilityTimeout: 30 })).rejects.toThrow("timed out");
      heal();
      expect(await queue.receive()).toEqual([]);
      await pass(30_000);
      expect(countOf((await queue.receive())[0])).toBe(2);
    }));

  test("a hung call changes nothing", () =>
    withModel({ faults: { loseCall: 1 } }, async ({ queue, heal }) => {
      await expect(queue.send("body")).rejects.toThrow("timed out");
      heal();
      expect(await queue.receive()).toEqual([]);
    }));

  test("a delete that doesn't stick: the message comes back after its timeout", () =>
    withModel({ faults: { undeleted: 1 } }, async ({ queue, heal }) => {
      await queue.send("body");
      await queue.delete((await queue.receive({ VisibilityTimeout: 10 }))[0]);
      heal();
      expect(await queue.receive()).toEqual([]);
      await pass(10_000);
      expect(countOf((await queue.receive())[0])).toBe(2);
    }));

  test("throttling refuses the call, with the SDK's class", () =>
    withModel({ faults: { throttle: 1 } }, async ({ queue }) => {
      await expect(queue.send("body")).rejects.toBeInstanceOf(RequestThrottled);
    }));

  test("some entries of a batch fail on SQS's side, and the rest succeed", () =>
    withModel({ faults: { failEntry: 0.5 } }, async ({ model, url }) => {
      const { client } = createModelClient(model);
      const Entries = ["a", "b", "c", "d", "e", "f"].map((Id) => ({ Id, MessageBody: Id }));
      const output = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      const stored = model.find(url).queue.messages.map(({ body }) => body);
      expect(output.Successful?.map(({ Id }) => Id)).toEqual(stored);
      expect(output.Failed?.length).toBe(6 - stored.length);
      expect(output.Failed?.every(({ SenderFault }) => SenderFault === false)).toBe(true);
      expect(stored.length).toBeGreaterThan(0);
      expect(stored.length).toBeLessThan(6);
    }));

  test("a message is gone once its retention has ended", () =>
    withModel({ attributes: { MessageRetentionPeriod: "60" } }, async ({ queue }) => {
      await queue.send("body");
      await pass(61_000);
      expect(await queue.receive()).toEqual([]);
    }));

  test("a dead letter's retention began when it was sent, not when it was moved", () =>
    withModel({}, async ({ model }) => {
      const options = { MessageRetentionPeriod: "60" };
      const { queueUrl, deadLettersUrl } = model.createQueueWithDeadLetters("short", 1, options);
      const world = { client: createModelClient(model).client, createQueue: never, createQueueWithDeadLetters: never };
      const [queue, deadLetters] = [operationsOn(world, queueUrl), operationsOn(world, deadLettersUrl)];
      await queue.send("body");
      await queue.receive({ VisibilityTimeout: 40 });
      await pass(41_000);
      await queue.receive();
      expect(model.find(deadLettersUrl).queue.messages).toHaveLength(1);
      await pass(20_000);
      expect(await deadLetters.receive()).toEqual([]);
    }));

  test("a standard queue with too many in flight refuses a receive, a FIFO queue returns nothing", async () => {
    await withModel({ mostInFlight: 2 }, async ({ queue }) => {
      for (const body of ["a", "b", "c"]) await queue.send(body);
      expect(await queue.receive({ MaxNumberOfMessages: 10 })).toHaveLength(2);
      await expect(queue.receive()).rejects.toBeInstanceOf(OverLimit);
    });
    await withModel({ mostInFlight: 2, attributes: fifo }, async ({ queue }) => {
      for (const body of ["a", "b", "c"]) await queue.send(body, { MessageGroupId: body });
      expect(await queue.receive({ MaxNumberOfMessages: 10 })).toHaveLength(2);
      expect(await queue.receive()).toEqual([]);
    });
  });

  test("a deduplication id is forgotten after five minutes, counted from its send", () =>
    withModel({ attributes: fifo }, async ({ queue }) => {
      const first = await queue.send("body", { MessageGroupId: "a" });
      await pass(299_000);
      expect((await queue.send("body", { MessageGroupId: "a" })).MessageId).toBe(first.MessageId);
      await pass(1_500);
      expect((await queue.send("body", { MessageGroupId: "a" })).MessageId).not.toBe(first.MessageId);
    }));
});

describe("a simulated process", () => {
  test("that is killed hears of nothing any more, and SQS has done what it asked", () =>
    withModel({}, async ({ model, url, queue }) => {
      const heard: string[] = [];
      const victim = new SimulatedProcess("victim");
      await queue.send("body");
      const { client } = createModelClient(model);
      const command = new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20, VisibilityTimeout: 30 });
      victim.run(() => void client.send(command).then(() => heard.push("answer")));
      await pass(5);
      victim.kill();
      await pass(10_000);
      expect(heard).toEqual([]);
      expect(model.find(url).queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
    }));

  test("that is frozen gets its answers and its timers when it thaws", () =>
    withModel({}, async ({ model, url }) => {
      const heard: string[] = [];
      const victim = new SimulatedProcess("victim");
      const { client } = createModelClient(model);
      const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: "0", ReceiptHandle: "none" }] });
      victim.run(() => {
        setTimeout(() => heard.push("timer"), 100);
        void client.send(command).then(() => heard.push("answer"));
      });
      victim.freeze();
      await pass(5_000);
      expect(heard).toEqual([]);
      victim.thaw();
      await pass(50);
      expect(new Set(heard)).toEqual(new Set(["answer", "timer"]));
    }));
});
