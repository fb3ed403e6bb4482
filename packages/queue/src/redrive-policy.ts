import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { SqsClient } from "./client/sqs-client.ts";
import { ConsumerConfigurationError } from "./error.ts";

/**
 * Compares the receives after which our handler gives up with those after which SQS dead-letters the message. Different
 * numbers would lose outcomes silently: SQS takes a message away that we mean to retry, or we give up on one that SQS
 * keeps handing out.
 * @param maxReceiveCount what the consumer is configured with; undefined when the queue should have no RedrivePolicy
 * @throws ConsumerConfigurationError on a mismatch; the SDK's error when the queue can't be asked
 */
export async function checkRedrivePolicy(
  client: SqsClient,
  queue: { name: string; url: string; maxReceiveCount: number | undefined },
): Promise<void> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ["RedrivePolicy"] });
  const output = await client.send(command);
  const actual = maxReceiveCountOf(output.Attributes?.RedrivePolicy);
  if (actual === queue.maxReceiveCount) return;
  throw new ConsumerConfigurationError(
    `consumer ${queue.name}: it is configured with maxReceiveCount ${queue.maxReceiveCount ?? "none"}, but the ` +
      `RedrivePolicy of ${queue.url} says ${actual ?? "none"}. Make them equal: deploy the queue with the number the ` +
      "consumer uses, or configure the consumer with the queue's.",
  );
}

function maxReceiveCountOf(policy: string | undefined): number | undefined {
  if (!policy) return undefined;
  const parsed: unknown = JSON.parse(policy);
  if (typeof parsed !== "object" || parsed === null || !("maxReceiveCount" in parsed)) return undefined;
  // SQS stores the number as it was sent: older tools send it as a string.
  return Number(parsed.maxReceiveCount);
}
