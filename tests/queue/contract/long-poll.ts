import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { pass } from "../../support/sqs-consumer.ts";
import { bodiesOf, countOf, operationsOn, type Rules } from "./world.ts";

/** How long something took, in milliseconds. */
async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; took: number }> {
  const startedAt = performance.now();
  const result = await work;
  return { result, took: performance.now() - startedAt };
}

export const longPoll: Rules = {
  async "a long poll ends as soon as a message arrives"(world) {
    const queue = operationsOn(world, await world.createQueue());
    const poll = timed(queue.receive({ WaitTimeSeconds: 10 }));
    await pass(300);
    await queue.send("body");
    const { result, took } = await poll;
    expect(bodiesOf(result)).toEqual(["body"]);
    expect(took).toBeLessThan(2_000);
  },

  async "without a message a long poll lasts as long as it may"(world) {
    const queue = operationsOn(world, await world.createQueue());
    const { result, took } = await timed(queue.receive({ WaitTimeSeconds: 1 }));
    expect(result).toEqual([]);
    expect(took).toBeGreaterThanOrEqual(990);
  },

  async "a long poll ends when a hidden message comes back by itself"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    await queue.receive({ VisibilityTimeout: 1 });
    const { result, took } = await timed(queue.receive({ WaitTimeSeconds: 10 }));
    expect(countOf(result[0])).toBe(2);
    expect(took).toBeLessThan(3_000);
  },

  async "one message ends one of two long polls: the other waits on"(world) {
    const queue = operationsOn(world, await world.createQueue());
    const polls = [queue.receive({ WaitTimeSeconds: 2 }), queue.receive({ WaitTimeSeconds: 2 })].map(timed);
    await pass(200);
    await queue.send("body");
    const ended = await Promise.all(polls);
    expect(ended.map(({ result }) => result.length).sort()).toEqual([0, 1]);
    expect(Math.max(...ended.map(({ took }) => took))).toBeGreaterThanOrEqual(1_990);
  },

  async "the queue's own wait counts where a receive names none"(world) {
    const queue = operationsOn(world, await world.createQueue({ ReceiveMessageWaitTimeSeconds: "1" }));
    const { took } = await timed(queue.receive({ WaitTimeSeconds: undefined }));
    expect(took).toBeGreaterThanOrEqual(990);
  },

  async "an aborted poll takes the next message with it: it is hidden until the visibility timeout ends"(world) {
    const QueueUrl = await world.createQueue();
    const queue = operationsOn(world, QueueUrl);
    const abort = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10, VisibilityTimeout: 1 });
    const aborted = world.client.send(command, { abortSignal: abort.signal });
    const rejected = expect(aborted).rejects.toThrow();
    await pass(200);
    abort.abort(new Error("aborted"));
    await rejected;
    await queue.send("body");
    await pass(200);
    expect(await queue.receive()).toEqual([]);
    await pass(1_200);
    expect(countOf((await queue.receive())[0])).toBe(2);
  },

  async "a wait beyond 20 s and a receive of more than 10 are refused"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await expect(queue.receive({ WaitTimeSeconds: 21 })).rejects.toThrow();
    await expect(queue.receive({ MaxNumberOfMessages: 11 })).rejects.toThrow();
    await expect(queue.receive({ MaxNumberOfMessages: 0 })).rejects.toThrow();
  },
};
