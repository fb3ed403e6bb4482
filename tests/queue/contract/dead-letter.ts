import { expect } from "vitest";
import { bodiesOf, type ContractWorld, countOf, operationsOn, type Rules } from "./world.ts";

/** A queue whose only message has been received so often that the next receive moves it. */
async function exhausted(world: ContractWorld, maxReceiveCount: number) {
  const { queueUrl, deadLettersUrl } = await world.createQueueWithDeadLetters(maxReceiveCount);
  const queue = operationsOn(world, queueUrl);
  const MessageAttributes = { trace: { DataType: "String", StringValue: "1-2-3" } };
  const { MessageId } = await queue.send("body", { MessageAttributes });
  for (let receive = 0; receive < maxReceiveCount; receive += 1) await queue.hide((await queue.receive())[0], 0);
  return { queue, deadLetters: operationsOn(world, deadLettersUrl), MessageId };
}

export const deadLetter: Rules = {
  async "the receive after the last allowed one moves the message; until then it stays"(world) {
    const { queue, deadLetters } = await exhausted(world, 3);
    expect(await deadLetters.receive()).toEqual([]);
    expect(await queue.receive()).toEqual([]);
    expect(bodiesOf(await deadLetters.receive())).toEqual(["body"]);
    expect(await queue.receive()).toEqual([]);
  },

  async "the move keeps the message's id, body and attributes"(world) {
    const { queue, deadLetters, MessageId } = await exhausted(world, 1);
    await queue.receive();
    expect(await deadLetters.receive({ MessageAttributeNames: ["All"] })).toMatchObject([
      { MessageId, Body: "body", MessageAttributes: { trace: { DataType: "String", StringValue: "1-2-3" } } },
    ]);
  },

  async "the receive count goes on in the dead-letter queue: one allowed, and its first receive there is the second"(
    world,
  ) {
    const { queue, deadLetters } = await exhausted(world, 1);
    await queue.receive();
    expect(countOf((await deadLetters.receive())[0])).toBe(2);
  },

  async "a dead letter names the queue it comes from"(world) {
    const { queue, deadLetters } = await exhausted(world, 1);
    await queue.receive();
    const [message] = await deadLetters.receive();
    expect(message?.Attributes?.DeadLetterQueueSourceArn).toMatch(/^arn:aws:sqs:/);
  },

  async "a queue tells its RedrivePolicy"(world) {
    const { queueUrl } = await world.createQueueWithDeadLetters(5);
    const { RedrivePolicy = "{}" } = await operationsOn(world, queueUrl).attributes("RedrivePolicy");
    expect(JSON.parse(RedrivePolicy)).toMatchObject({ maxReceiveCount: 5 });
  },
};
