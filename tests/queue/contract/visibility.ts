import { ReceiptHandleIsInvalid } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { pass } from "../../support/sqs-consumer.ts";
import { bodiesOf, countOf, operationsOn, type Rules } from "./world.ts";

export const visibility: Rules = {
  async "a received message is hidden for the timeout of its receive and comes back with its count raised"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [first] = await queue.receive({ VisibilityTimeout: 1 });
    expect(countOf(first)).toBe(1);
    expect(await queue.receive()).toEqual([]);
    await pass(1_200);
    const [second] = await queue.receive();
    expect(second?.MessageId).toBe(first?.MessageId);
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(countOf(second)).toBe(2);
  },

  async "a visibility of 0 brings a message back at once"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [first] = await queue.receive();
    await queue.hide(first, 0);
    expect(countOf((await queue.receive())[0])).toBe(2);
  },

  async "an extension counts from its call"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [message] = await queue.receive({ VisibilityTimeout: 1 });
    await pass(500);
    await queue.hide(message, 2);
    await pass(1_000);
    expect(await queue.receive()).toEqual([]);
    await pass(1_300);
    expect(await queue.receive()).toHaveLength(1);
  },

  async "an extension isn't remembered: the next receive hides for its own timeout"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [message] = await queue.receive();
    await queue.hide(message, 600);
    await queue.hide(message, 0);
    await queue.receive({ VisibilityTimeout: 1 });
    await pass(1_200);
    expect(await queue.receive()).toHaveLength(1);
  },

  async "a visibility beyond 43,200 s or below 0 is refused"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [message] = await queue.receive();
    await expect(queue.hide(message, 43_201)).rejects.toThrow();
    await expect(queue.hide(message, -1)).rejects.toThrow();
  },

  async "twelve hours count from the receive: an extension past them is refused, not shortened"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [message] = await queue.receive();
    await pass(1_100);
    await expect(queue.hide(message, 43_200)).rejects.toThrow();
    await queue.hide(message, 43_190);
  },

  async "after its timeout the last handle still deletes"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [message] = await queue.receive({ VisibilityTimeout: 1 });
    await pass(1_200);
    await queue.delete(message);
    expect(await queue.receive()).toEqual([]);
  },

  async "after its timeout the last handle still hides, until the message is received again"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [first] = await queue.receive({ VisibilityTimeout: 0 });
    await queue.hide(first, 0);
    await queue.hide(first, 30);
    expect(await queue.receive()).toEqual([]);
    await queue.hide(first, 0);
    await queue.receive();
    await expect(queue.hide(first, 30)).rejects.toThrow();
  },

  async "an older handle's delete is confirmed and deletes nothing"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [first] = await queue.receive();
    await queue.hide(first, 0);
    const [second] = await queue.receive();
    await queue.delete(first);
    await queue.hide(second, 0);
    expect(await queue.receive()).toHaveLength(1);
  },

  async "a delete is confirmed a second time"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    const [message] = await queue.receive();
    await queue.delete(message);
    await queue.delete(message);
    expect(await queue.receive()).toEqual([]);
  },

  async "a handle that SQS never gave is invalid"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await expect(queue.delete({ ReceiptHandle: "made-up" })).rejects.toBeInstanceOf(ReceiptHandleIsInvalid);
  },

  async "a visibility change with a handle that SQS never gave is invalid"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await expect(queue.hide({ ReceiptHandle: "made-up" }, 1)).rejects.toBeInstanceOf(ReceiptHandleIsInvalid);
  },

  async "a delayed message is invisible at first, and counted as delayed"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("late", { DelaySeconds: 1 });
    expect(await queue.receive()).toEqual([]);
    expect(await queue.attributes("ApproximateNumberOfMessagesDelayed")).toEqual({
      ApproximateNumberOfMessagesDelayed: "1",
    });
    await pass(1_200);
    expect(bodiesOf(await queue.receive())).toEqual(["late"]);
  },

  async "visible and invisible messages are counted apart"(world) {
    const queue = operationsOn(world, await world.createQueue());
    for (const body of ["a", "b", "c"]) await queue.send(body);
    await queue.receive();
    expect(await queue.attributes("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")).toEqual({
      ApproximateNumberOfMessages: "2",
      ApproximateNumberOfMessagesNotVisible: "1",
    });
  },

  async "a message whose timeout has ended counts as visible without anybody receiving"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body");
    await queue.receive({ VisibilityTimeout: 1 });
    await pass(1_200);
    expect(await queue.attributes("ApproximateNumberOfMessages")).toEqual({ ApproximateNumberOfMessages: "1" });
  },
};
