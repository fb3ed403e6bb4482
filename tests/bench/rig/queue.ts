import { CreateQueueCommand, SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { fleet } from "@gift/fleet/fleet";
import { createSqsClient } from "@gift/queue/client/sqs-client";

/** Queues of one bench on the emulator. */
export interface BenchQueues {
  readonly giftUrl: string;
  readonly deadLettersUrl: string;
  readonly client: SQSClient;
  /** Sends so many messages, bodies by number. */
  fill(bodies: (number: number) => string, range: { first: number; count: number }): Promise<void>;
}

const account = "000000000000";
const parallelCalls = 8;

/** Creates a queue and its dead-letter queue, as the fleet declares them. */
export async function createQueues(origin: string, name: string): Promise<BenchQueues> {
  const client = createSqsClient();
  const { visibilityTimeoutSeconds, deadLetter } = fleet.queues.gift;
  const { maxReceiveCount } = deadLetter;
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${account}:${name}-dead-letters`;
  await client.send(new CreateQueueCommand({ QueueName: `${name}-dead-letters` }));
  const Attributes = {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
  };
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const giftUrl = `${origin}/${account}/${name}`;
  return {
    giftUrl,
    deadLettersUrl: `${giftUrl}-dead-letters`,
    client,
    fill: (bodies, range) => fill({ client, url: giftUrl }, bodies, range),
  };
}

async function fill(
  queue: { client: SQSClient; url: string },
  bodies: (number: number) => string,
  { first, count }: { first: number; count: number },
): Promise<void> {
  let next = first;
  const sender = async () => {
    while (next < first + count) {
      const from = next;
      next = Math.min(from + 10, first + count);
      const Entries = Array.from({ length: next - from }, (_, index) => ({
        Id: String(index),
        MessageBody: bodies(from + index),
      }));
      await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    }
  };
  await Promise.all(Array.from({ length: parallelCalls }, sender));
}
