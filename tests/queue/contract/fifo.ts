import { expect } from "vitest";
import { pass } from "../../support/sqs-consumer.ts";
import { bodiesOf, type ContractWorld, fifo, operationsOn, type Rules } from "./world.ts";

async function groups(world: ContractWorld, ...bodies: readonly string[]) {
  const queue = operationsOn(world, await world.createQueue(fifo));
  for (const body of bodies) await queue.send(body, { MessageGroupId: body[0] });
  return queue;
}

export const fifoGroups: Rules = {
  async "a group waits while one of its messages is in flight, and the others go on"(world) {
    const queue = await groups(world, "a1", "b1", "a2");
    const [first] = await queue.receive();
    expect(bodiesOf([first ?? {}])).toEqual(["a1"]);
    const [second] = await queue.receive();
    expect(second?.Body).toBe("b1");
    expect(await queue.receive()).toEqual([]);
    await queue.delete(first);
    expect(bodiesOf(await queue.receive())).toEqual(["a2"]);
  },

  async "a message that failed comes back before those behind it"(world) {
    const queue = await groups(world, "a1", "a2");
    await queue.hide((await queue.receive())[0], 0);
    expect(bodiesOf(await queue.receive())).toEqual(["a1"]);
  },

  async "one receive returns as many as possible of one group, in order"(world) {
    const queue = await groups(world, "a1", "b1", "a2", "a3");
    expect(bodiesOf(await queue.receive({ MaxNumberOfMessages: 10 }))).toEqual(["a1", "a2", "a3", "b1"]);
  },

  async "of several in flight the released first one is handed out alone"(world) {
    const queue = await groups(world, "a1", "a2", "a3");
    const [first, second] = await queue.receive({ MaxNumberOfMessages: 2 });
    expect(second?.Body).toBe("a2");
    await queue.hide(first, 0);
    expect(bodiesOf(await queue.receive({ MaxNumberOfMessages: 10 }))).toEqual(["a1"]);
  },

  async "a second send under one deduplication id is confirmed as the first, also after its deletion"(world) {
    const queue = operationsOn(world, await world.createQueue(fifo));
    const options = { MessageGroupId: "a", MessageDeduplicationId: "same" };
    const first = await queue.send("one", options);
    await queue.delete((await queue.receive())[0]);
    const second = await queue.send("two", options);
    expect(second.MessageId).toBe(first.MessageId);
    expect(await queue.receive()).toEqual([]);
  },

  async "where the content decides, equal bodies are one message"(world) {
    const queue = await groups(world, "a1", "a1");
    await queue.delete((await queue.receive())[0]);
    expect(await queue.receive()).toEqual([]);
  },

  async "a group is required, and a delay per message refused"(world) {
    const queue = operationsOn(world, await world.createQueue(fifo));
    await expect(queue.send("body")).rejects.toThrow();
    await expect(queue.send("body", { MessageGroupId: "a", DelaySeconds: 5 })).rejects.toThrow();
  },

  async "an expired handle doesn't delete"(world) {
    const queue = await groups(world, "a1");
    const [message] = await queue.receive({ VisibilityTimeout: 1 });
    await pass(1_200);
    await expect(queue.delete(message)).rejects.toThrow();
  },

  async "a move to the dead-letter queue frees the group"(world) {
    const { queueUrl } = await world.createQueueWithDeadLetters(1, fifo);
    const queue = operationsOn(world, queueUrl);
    for (const body of ["a1", "a2"]) await queue.send(body, { MessageGroupId: "a" });
    await queue.hide((await queue.receive())[0], 0);
    const next = await queue.receive();
    // The receive that moves the first may or may not return the second already.
    expect(bodiesOf(next.length > 0 ? next : await queue.receive())).toEqual(["a2"]);
  },
};
