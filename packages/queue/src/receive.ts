import { ReceiveMessageCommand, type Message as SqsMessage } from "@aws-sdk/client-sqs";
import type { SqsClient } from "./client/sqs-client.ts";
import { createLease, type Lease } from "./lease.ts";
import { parseMessage } from "./message.ts";

export interface ReceiveOptions {
  readonly client: SqsClient;
  readonly queueUrl: string;
  readonly visibilityTimeoutSeconds: number;
}

/**
 * One receive call, never aborted.
 * @param most most messages to return, 1 to 10
 * @param waitTimeSeconds how long SQS waits for a first message, 0 to 20
 * @param awakeAt since when this process has run without a gap, in monotonic milliseconds. An answer may have waited in
 * the socket while it was frozen: a lease counts from the later of that and the call
 */
export async function receive(
  options: ReceiveOptions,
  most: number,
  waitTimeSeconds: number,
  awakeAt: () => number,
): Promise<Lease[]> {
  const startedAt = performance.now();
  const output = await options.client.send(
    new ReceiveMessageCommand({
      QueueUrl: options.queueUrl,
      MaxNumberOfMessages: most,
      WaitTimeSeconds: waitTimeSeconds,
      VisibilityTimeout: options.visibilityTimeoutSeconds,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
    }),
  );
  const receivedAt = Math.max(startedAt, awakeAt());
  return (output.Messages ?? []).flatMap((raw) => leaseOf(raw, receivedAt, options.visibilityTimeoutSeconds));
}

/** Without a receipt handle there is nothing to settle: such a message comes back by itself. */
function leaseOf(raw: SqsMessage, receivedAt: number, visibilityTimeoutSeconds: number): Lease[] {
  if (!raw.ReceiptHandle) return [];
  return [createLease(parseMessage(raw), raw.ReceiptHandle, receivedAt, visibilityTimeoutSeconds)];
}
