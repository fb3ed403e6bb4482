import type { AddressInfo } from "node:net";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { buildApp } from "fauxqs";

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
}

/** An SQS server of a test file's own: the real wire protocol, on the loopback interface only. */
export interface SqsServer {
  readonly origin: string;
  readonly client: SQSClient;
  /** Creates a queue and answers its URL. */
  createQueue(name: string, attributes?: Record<string, string>): Promise<string>;
  /** Creates a queue and its dead-letter queue. */
  createQueueWithDeadLetters(
    name: string,
    options: { maxReceiveCount: number; attributes?: Record<string, string> },
  ): Promise<{ queueUrl: string; deadLettersUrl: string }>;
  /** Sends bodies in batches of ten. */
  send(queueUrl: string, bodies: readonly string[]): Promise<void>;
  counts(queueUrl: string): Promise<QueueCounts>;
  /** The server's port refuses connections and the open ones are cut; queues and messages are kept. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Starts an SQS server. The AWS_* variables of this test process then point to it. */
export async function startSqs(): Promise<SqsServer> {
  const app = buildApp({ logger: false });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_SQS: origin,
  });
  const client = createSqsClient();

  async function createQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
    await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    // Not the URL that the server answers: it names a host that only some resolvers know.
    return `${origin}/000000000000/${name}`;
  }

  return {
    origin,
    client,
    createQueue,
    async createQueueWithDeadLetters(name, { maxReceiveCount, attributes = {} }) {
      const deadLettersUrl = await createQueue(`${name}-dead-letters`);
      const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead-letters`;
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
      return { queueUrl: await createQueue(name, { ...attributes, RedrivePolicy }), deadLettersUrl };
    },
    async send(queueUrl, bodies) {
      for (let start = 0; start < bodies.length; start += 10) {
        const entries = bodies.slice(start, start + 10).map((body, index) => ({ Id: `${index}`, MessageBody: body }));
        await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
      }
    },
    async counts(queueUrl) {
      const command = new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
      });
      const { Attributes = {} } = await client.send(command);
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      };
    },
    async goAway() {
      const closed = new Promise((resolve) => app.server.close(resolve));
      app.server.closeAllConnections();
      await closed;
    },
    async comeBack() {
      await new Promise<void>((resolve) => {
        app.server.listen(port, "127.0.0.1", () => resolve());
      });
    },
    async close() {
      client.destroy();
      await app.close();
    },
  };
}
