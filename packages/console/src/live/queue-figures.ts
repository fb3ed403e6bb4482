import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { SqsClient } from "@gift/queue/client/sqs-client";

export interface QueueDepth {
  /** Ready to be received. */
  readonly waiting: number;
  /** Received and neither acknowledged nor visible again: being handled, or backing off after a failure. */
  readonly inFlight: number;
}

/** What one round reads from SQS, which calls all its counts approximate. */
export interface QueueFigures {
  readonly gift: QueueDepth;
  readonly deadLetters: QueueDepth;
}

/**
 * Asks SQS for both queues' depths.
 * @param client an SQS client
 * @param urls of the queue and of its dead-letter queue
 */
export async function readQueueFigures(
  client: SqsClient,
  urls: { queueUrl: string; deadLettersUrl: string },
): Promise<QueueFigures> {
  const [gift, deadLetters] = await Promise.all([depth(client, urls.queueUrl), depth(client, urls.deadLettersUrl)]);
  return { gift, deadLetters };
}

async function depth(client: SqsClient, url: string): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  const { Attributes: attributes } = await client.send(command);
  return {
    waiting: Number(attributes?.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(attributes?.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}
