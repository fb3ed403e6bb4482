import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
} from "@aws-sdk/client-sqs";
import type { SqsClient } from "@gift/queue/client/sqs-client";

/** An SQS under test: the model, or the emulator on the real wire. */
export interface ContractWorld {
  readonly client: SqsClient;
  /** Creates a queue of this test's own and answers its URL. */
  createQueue(attributes?: Record<string, string>): Promise<string>;
  createQueueWithDeadLetters(
    maxReceiveCount: number,
    attributes?: Record<string, string>,
  ): Promise<{ queueUrl: string; deadLettersUrl: string }>;
}

/** A rule of SQS, and how to find out whether it holds. */
export type Rules = Readonly<Record<string, (world: ContractWorld) => Promise<void>>>;

export const fifo = { FifoQueue: "true", ContentBasedDeduplication: "true" };

/** The operations of one queue, with everything optional left out. */
export function operationsOn({ client }: ContractWorld, QueueUrl: string) {
  return {
    send: (MessageBody: string, rest: Partial<SendMessageCommandInput> = {}) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...rest })),
    async receive(rest: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
      const MessageSystemAttributeNames = ["All" as const];
      const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0, MessageSystemAttributeNames, ...rest });
      return (await client.send(command)).Messages ?? [];
    },
    delete: (message: Message | undefined) =>
      client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle })),
    hide: (message: Message | undefined, VisibilityTimeout: number) =>
      client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
      ),
    async attributes(...AttributeNames: QueueAttributeName[]) {
      return (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes ?? {};
    },
  };
}

export const bodiesOf = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
export const countOf = (message: Message | undefined) => Number(message?.Attributes?.ApproximateReceiveCount);
