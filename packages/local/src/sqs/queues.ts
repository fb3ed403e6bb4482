import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { QueueDeclaration } from "@gift/fleet/declaration";
import { ofEachQueue } from "@gift/fleet/each-queue";
import { fleet, type QueueName } from "@gift/fleet/fleet";

export type QueueUrls = Readonly<Record<QueueName, string>>;

/** Credentials of nobody: the emulator doesn't check them, the SDK insists on having some. */
export const localAws = {
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
};

/** The account in every local queue's URL, as in LocalStack and fauxqs. */
const account = "000000000000";

/**
 * Makes the fleet's queues on a local SQS server, dead-letter queues first; existing ones get the fleet's numbers and
 * keep their messages.
 * @param endpoint origin of the server
 * @returns each queue's URL on that origin. The server's own answer isn't used: fauxqs says sqs.us-east-1.localhost,
 *   which not every resolver knows
 */
export async function ensureQueues(endpoint: string): Promise<QueueUrls> {
  const credentials = { accessKeyId: localAws.AWS_ACCESS_KEY_ID, secretAccessKey: localAws.AWS_SECRET_ACCESS_KEY };
  const client = new SQSClient({ endpoint, region: localAws.AWS_REGION, credentials, maxAttempts: 2 });
  try {
    const queues = Object.entries<QueueDeclaration>(fleet.queues);
    const [targets, sources] = [
      queues.filter(([, { deadLetter }]) => !deadLetter),
      queues.filter(([, q]) => q.deadLetter),
    ];
    for (const [name, queue] of [...targets, ...sources]) await ensureQueue(client, endpoint, name, queue);
  } finally {
    client.destroy();
  }
  return ofEachQueue((name) => queueUrl(endpoint, name));
}

function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${account}/${name}`;
}

async function ensureQueue(client: SQSClient, endpoint: string, name: string, queue: QueueDeclaration): Promise<void> {
  const attributes = {
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(queue.retentionSeconds),
    ...(queue.deadLetter ? { RedrivePolicy: await redrivePolicy(client, endpoint, queue.deadLetter) } : {}),
  };
  try {
    await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  } catch (err) {
    // The queue is from an earlier run and the fleet's numbers have changed since. By name: the emulator's error has
    // the name of the older protocol (AWS.SimpleQueueService.QueueNameExists), which the SDK has no class for.
    if (!(err instanceof Error && /\bQueueNameExists$/.test(err.name))) throw err;
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl(endpoint, name), Attributes: attributes }));
  }
}

async function redrivePolicy(
  client: SQSClient,
  endpoint: string,
  { queue, maxReceiveCount }: NonNullable<QueueDeclaration["deadLetter"]>,
): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl(endpoint, queue), AttributeNames: ["QueueArn"] }),
  );
  return JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount });
}
