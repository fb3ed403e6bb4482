import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { PublishError } from "@gift/queue/error";
import { createPublisher } from "@gift/queue/publisher";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createRecordedSqsClient } from "../support/sqs-client.ts";
import { numbered, until } from "../support/sqs-consumer.ts";

let sqs: SqsServer;
beforeAll(async () => {
  sqs = await startSqs();
});
afterAll(() => sqs.close());

async function createQueueAndPublisher(name: string) {
  const queueUrl = await sqs.createQueue(name);
  const recorded = createRecordedSqsClient();
  const publisher = createPublisher({ client: recorded.client, queueUrl });
  const sizes = () =>
    recorded.callsOf("SendMessageBatch").map(({ input }) => (Array.isArray(input.Entries) ? input.Entries.length : 0));
  return { queueUrl, recorded, publisher, sizes };
}

test("publish resolves once SQS has the message, attributes included", async () => {
  const { queueUrl, publisher } = await createQueueAndPublisher("one");
  await publisher.publish({ body: "body", attributes: { traceparent: "00-abc-def-01" } });
  const output = await sqs.client.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MessageAttributeNames: ["All"] }),
  );
  expect(output.Messages).toMatchObject([
    { Body: "body", MessageAttributes: { traceparent: { DataType: "String", StringValue: "00-abc-def-01" } } },
  ]);
});

test("a lone message goes out at once, a crowd shares calls of ten, and no more than eight are open", async () => {
  const { queueUrl, recorded, publisher, sizes } = await createQueueAndPublisher("crowd");
  await publisher.publish({ body: "alone" });
  expect(sizes()).toEqual([1]);
  let mostOpen = 0;
  recorded.fault("SendMessageBatch", (_call, send) => {
    mostOpen = Math.max(mostOpen, recorded.open("SendMessageBatch").length);
    return send();
  });
  await Promise.all(numbered(95).map((body) => publisher.publish({ body })));
  expect(sizes()).toEqual([1, ...Array(9).fill(10), 5]);
  expect(mostOpen).toBe(8);
  expect((await sqs.counts(queueUrl)).visible).toBe(96);
});

test("an entry that SQS refuses fails alone, with SQS's code for it", async () => {
  const { queueUrl, publisher, sizes } = await createQueueAndPublisher("refused");
  const bodies = ["fine", "control \u0001 character", "fine as well"];
  const [first, second, third] = await Promise.allSettled(bodies.map((body) => publisher.publish({ body })));
  expect([first?.status, third?.status]).toEqual(["fulfilled", "fulfilled"]);
  const err: unknown = second?.status === "rejected" ? second.reason : undefined;
  expect(err).toBeInstanceOf(PublishError);
  expect(err).toMatchObject({ code: "InvalidMessageContents" });
  expect(sizes()).toEqual([3]);
  expect((await sqs.counts(queueUrl)).visible).toBe(2);
});

test("an entry that SQS answers nothing about has failed", async () => {
  const { recorded, publisher } = await createQueueAndPublisher("no-result");
  recorded.fault("SendMessageBatch", async (_call, send) => ({ ...(await send()), output: { $metadata: {} } }));
  await expect(publisher.publish({ body: "body" })).rejects.toMatchObject({ code: "NoResult" });
});

test("a call that fails rejects its messages, with the name of what went wrong", async () => {
  const { recorded, publisher } = await createQueueAndPublisher("call-fails");
  recorded.fault("SendMessageBatch", () => Promise.reject(new Error("connect ECONNREFUSED")));
  const results = await Promise.allSettled(numbered(2).map((body) => publisher.publish({ body })));
  for (const result of results) expect(result).toMatchObject({ reason: { name: "PublishError", code: "Error" } });

  const missing = createPublisher({ client: sqs.client, queueUrl: `${sqs.origin}/000000000000/missing` });
  await expect(missing.publish({ body: "body" })).rejects.toMatchObject({
    code: "QueueDoesNotExist",
  });
});

test("messages that are too large together travel in several calls; one that is too large alone fails alone", async () => {
  const { queueUrl, publisher, sizes } = await createQueueAndPublisher("large");
  const large = "x".repeat(400_000);
  const bodies = [large, large, large, "x".repeat(1_048_577), "small"];
  const results = await Promise.allSettled(bodies.map((body) => publisher.publish({ body })));
  expect(results.map((result) => result.status)).toEqual([
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(sizes()).toEqual([2, 1, 1, 1]);
  expect((await sqs.counts(queueUrl)).visible).toBe(4);
});

test("a call that hangs holds the messages after it up for a tenth of a second, not until it ends", async () => {
  const { queueUrl, recorded, publisher, sizes } = await createQueueAndPublisher("hanging");
  await publisher.publish({ body: "the way is known" });
  const gate = Promise.withResolvers<void>();
  recorded.fault("SendMessageBatch", (_call, send) => gate.promise.then(send));
  const hung = publisher.publish({ body: "hung" });
  await until(() => recorded.open("SendMessageBatch").length === 1);
  recorded.fault("SendMessageBatch", undefined);
  const startedAt = performance.now();
  await Promise.all(["one", "two"].map((body) => publisher.publish({ body })));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(sizes()).toEqual([1, 1, 2]);
  gate.resolve();
  await hung;
  expect((await sqs.counts(queueUrl)).visible).toBe(4);
});

test("what waited past its time, because calls hung or the process was frozen, isn't sent any more; what has time left is", async () => {
  const { queueUrl, recorded, publisher, sizes } = await createQueueAndPublisher("too-late");
  const gate = Promise.withResolvers<void>();
  recorded.fault("SendMessageBatch", (_call, send) => gate.promise.then(send));
  const hung = numbered(80).map((body) => publisher.publish({ body, leaseEndsAt: performance.now() + 60_000 }));
  await until(() => recorded.open("SendMessageBatch").length === 8);
  const leaseEndsAt = performance.now() + 50;
  const late = Promise.allSettled(numbered(25).map((body) => publisher.publish({ body, leaseEndsAt })));
  const inTime = ["with time left", "whenever"].map((body, index) =>
    publisher.publish({ body, ...(index === 0 && { leaseEndsAt: performance.now() + 60_000 }) }),
  );
  await until(() => performance.now() > leaseEndsAt);
  gate.resolve();
  await Promise.all([...hung, ...inTime]);
  for (const result of await late) expect(result).toMatchObject({ reason: { name: "PublishError", code: "TooLate" } });
  expect(sizes()).toEqual([...Array(8).fill(10), 2]);
  expect((await sqs.counts(queueUrl)).visible).toBe(82);
});
