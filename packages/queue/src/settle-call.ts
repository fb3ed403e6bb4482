import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand } from "@aws-sdk/client-sqs";
import { entryId, resultsOf } from "./batch-entry.ts";
import type { SqsClient } from "./client/sqs-client.ts";
import type { Lease } from "./lease.ts";

interface Queue {
  readonly client: SqsClient;
  readonly queueUrl: string;
}

export interface VisibilityChange {
  readonly lease: Lease;
  /** From now; 0 makes the message visible at once. */
  readonly seconds: number;
}

/** Deletes up to ten messages in one call. */
export async function deleteMessages({ client, queueUrl }: Queue, leases: readonly Lease[]) {
  const Entries = leases.map((lease, index) => ({ Id: entryId(index), ReceiptHandle: lease.receiptHandle }));
  const output = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  return resultsOf(leases.length, output);
}

/** Changes the visibility of up to ten messages in one call. */
export async function changeVisibility({ client, queueUrl }: Queue, changes: readonly VisibilityChange[]) {
  const Entries = changes.map(({ lease, seconds }, index) => ({
    Id: entryId(index),
    ReceiptHandle: lease.receiptHandle,
    VisibilityTimeout: seconds,
  }));
  const output = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
  return resultsOf(changes.length, output);
}
