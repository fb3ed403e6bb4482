import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { localAws } from "@gift/local/sqs/queues";

/** A queue as CloudWatch would count it. */
export interface QueueDepth {
  readonly visible: number;
  /** Received and neither deleted nor visible again, or delayed. */
  readonly inFlight: number;
}

const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = localAws;

/** A client of the emulator itself, past every proxy. */
export function createObserverClient(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 2 });
}

/** Counts the messages of a queue. */
export async function readQueueDepth(client: SQSClient, queueUrl: string): Promise<QueueDepth> {
  const { Attributes: counts = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  );
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
    counts;
  return {
    visible: Number(ApproximateNumberOfMessages ?? 0),
    inFlight: Number(ApproximateNumberOfMessagesNotVisible ?? 0) + Number(ApproximateNumberOfMessagesDelayed ?? 0),
  };
}
