import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { createBatcher } from "@gift/batch/batcher";
import { entryId, mostEntries, resultsOf } from "./batch-entry.ts";
import type { SqsClient } from "./client/sqs-client.ts";
import { EntryFailedError, PublishError } from "./error.ts";
import { byteLengthOf, splitBySize } from "./message-size.ts";

export interface OutgoingMessage {
  readonly body: string;
  /** Sent as string attributes; at most 10, none empty. */
  readonly attributes?: Readonly<Record<string, string>>;
  /**
   * Until when it is the caller's to publish, in monotonic milliseconds (`performance.now`): no call carries it that
   * begins later, e.g. behind calls that hung.
   */
  readonly leaseEndsAt?: number;
}

export interface Publisher {
  /**
   * Resolves once SQS has accepted this message.
   * @throws PublishError for this message alone; others of the same call may have been accepted. SQS wasn't
   * asked if it is `TooLate`
   */
  publish(message: OutgoingMessage): Promise<void>;
}

export interface PublisherOptions {
  /** About 3 s of request timeout and 2 attempts: a caller waits for it. */
  readonly client: SqsClient;
  readonly queueUrl: string;
}

/**
 * A crowd's rest waits a moment for more: with 64 clients a send costs 0.10 calls instead of 0.15, which is as few as
 * there can be (company of 25 ms: the same, and later). What comes alone finds nothing in flight and no full call
 * before it, and waits for nothing. A call that hangs (up to 6 s) must not hold up who comes after it: longer than
 * 100 ms nobody waits for it. Calls of 8 and 25 ms at 50 to 1,000 messages a second cost the same number of calls with
 * that bound as without any.
 */
const unfilled = { maxParallel: 1, companyMilliseconds: 10, longestMilliseconds: 100 };

/** Most calls in flight at once: ten messages each, 80 callers wait for one round trip only. */
const maxParallel = 8;

/** Creates a publisher that batches naturally: a lone message goes out at once, a crowd shares calls of ten. */
export function createPublisher(options: PublisherOptions): Publisher {
  const batcher = createBatcher<OutgoingMessage, void>({
    maxItems: mostEntries,
    maxParallel,
    unfilled,
    run: (messages) => sendInTime(options, messages),
  });
  return {
    async publish(message) {
      try {
        await batcher.add(message);
      } catch (err) {
        throw publishErrorOf(err);
      }
    },
  };
}

const tooLate: PromiseRejectedResult = {
  status: "rejected",
  reason: new EntryFailedError({
    code: "TooLate",
    senderFault: false,
    message: "its time was over before a call was free",
  }),
};

/** Looks at the clock last of all: a process that was frozen goes on here. */
async function sendInTime(options: PublisherOptions, messages: readonly OutgoingMessage[]) {
  const now = performance.now();
  const isInTime = ({ leaseEndsAt = now }: OutgoingMessage) => leaseEndsAt >= now;
  const results = (await sendAll(options, messages.filter(isInTime))).values();
  return messages.map((message) => (isInTime(message) ? (results.next().value ?? tooLate) : tooLate));
}

/** Ten large messages can exceed a call's 1 MiB; then they travel in several calls, one after another. */
async function sendAll(options: PublisherOptions, messages: readonly OutgoingMessage[]) {
  const results: PromiseSettledResult<void>[] = [];
  for (const part of splitBySize(messages, byteLengthOf)) results.push(...(await send(options, part)));
  return results;
}

async function send({ client, queueUrl }: PublisherOptions, messages: readonly OutgoingMessage[]) {
  const Entries = messages.map((message, index) => ({
    Id: entryId(index),
    MessageBody: message.body,
    MessageAttributes: attributesOf(message),
  }));
  try {
    const output = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    return resultsOf(messages.length, output);
  } catch (reason) {
    // A failed part must not fail the parts that were accepted.
    return messages.map(() => ({ status: "rejected" as const, reason }));
  }
}

function attributesOf({ attributes = {} }: OutgoingMessage) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
  );
}

function publishErrorOf(err: unknown): PublishError {
  if (err instanceof EntryFailedError) return new PublishError(err.code, err);
  return new PublishError(err instanceof Error ? err.name : "Unknown", err);
}
