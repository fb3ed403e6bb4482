import {
  BatchEntryIdsNotDistinct,
  ChangeMessageVisibilityBatchCommand,
  EmptyBatchRequest,
  type MessageAttributeValue,
  QueueDoesNotExist,
  SendMessageBatchCommand,
  TooManyEntriesInBatchRequest,
} from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { type ContractWorld, operationsOn, type Rules } from "./world.ts";

const mebibyte = 1_048_576;

function sendBatch({ client }: ContractWorld, QueueUrl: string, entries: readonly (readonly [string, string])[]) {
  const Entries = entries.map(([Id, MessageBody]) => ({ Id, MessageBody }));
  return client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

function attributes(count: number, StringValue = "value"): Record<string, MessageAttributeValue> {
  const entries = Array.from({ length: count }, (_, index) => [`name${index}`, { DataType: "String", StringValue }]);
  return Object.fromEntries(entries);
}

export const limit: Rules = {
  async "a batch has 1 to 10 entries with distinct ids"(world) {
    const url = await world.createQueue();
    const entries = Array.from({ length: 11 }, (_, index) => [String(index), "body"] as const);
    await expect(sendBatch(world, url, entries)).rejects.toBeInstanceOf(TooManyEntriesInBatchRequest);
    await expect(sendBatch(world, url, [])).rejects.toBeInstanceOf(EmptyBatchRequest);
    const twice = [
      ["same", "a"],
      ["same", "b"],
    ] as const;
    await expect(sendBatch(world, url, twice)).rejects.toBeInstanceOf(BatchEntryIdsNotDistinct);
    expect((await sendBatch(world, url, entries.slice(0, 10))).Successful).toHaveLength(10);
  },

  async "an entry's id has at most 80 characters"(world) {
    const url = await world.createQueue();
    await sendBatch(world, url, [["a".repeat(80), "body"]]);
    await expect(sendBatch(world, url, [["a".repeat(81), "body"]])).rejects.toThrow();
  },

  async "the entries of a batch have 1 MiB together"(world) {
    const url = await world.createQueue();
    const half = "a".repeat(mebibyte / 2);
    await expect(
      sendBatch(world, url, [
        ["a", half],
        ["b", `${half}a`],
      ]),
    ).rejects.toThrow();
  },

  async "an entry that fails fails alone, in an answer that says success"(world) {
    const url = await world.createQueue();
    const queue = operationsOn(world, url);
    await queue.send("body");
    const [message] = await queue.receive();
    const Entries = [
      { Id: "good", ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 60 },
      { Id: "bad", ReceiptHandle: "made-up", VisibilityTimeout: 60 },
    ];
    const output = await world.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    expect(output.Successful).toMatchObject([{ Id: "good" }]);
    expect(output.Failed).toMatchObject([{ Id: "bad", SenderFault: true }]);
  },

  async "a message has 1 MiB, and not a byte more"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("a".repeat(mebibyte));
    await expect(queue.send("a".repeat(mebibyte + 1))).rejects.toThrow();
  },

  async "a body has no control characters, and isn't empty"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await expect(queue.send("a\u0000b")).rejects.toThrow();
    await expect(queue.send("")).rejects.toThrow();
    await queue.send("tab\tand\nlines\r");
  },

  async "a body may have characters beyond the basic plane, such as emoji"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("a 🎁");
    expect(await queue.receive()).toMatchObject([{ Body: "a 🎁" }]);
  },

  async "message attributes come only when they are asked for"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body", { MessageAttributes: attributes(1) });
    const [message] = await queue.receive({ VisibilityTimeout: 0 });
    expect(message?.MessageAttributes).toBeUndefined();
    expect(await queue.receive({ MessageAttributeNames: ["All"] })).toMatchObject([{ MessageAttributes: {} }]);
  },

  async "a message has at most 10 attributes"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await queue.send("body", { MessageAttributes: attributes(10) });
    await expect(queue.send("body", { MessageAttributes: attributes(11) })).rejects.toThrow();
  },

  async "an attribute isn't empty"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await expect(queue.send("body", { MessageAttributes: attributes(1, "") })).rejects.toThrow();
  },

  async "a delay is at most 900 s"(world) {
    const queue = operationsOn(world, await world.createQueue());
    await expect(queue.send("body", { DelaySeconds: 901 })).rejects.toThrow();
  },

  async "a queue that isn't there is an error with a class"(world) {
    const url = `${await world.createQueue()}-gone`;
    await expect(operationsOn(world, url).receive()).rejects.toBeInstanceOf(QueueDoesNotExist);
  },
};
