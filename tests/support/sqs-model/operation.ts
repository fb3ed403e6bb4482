import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { runBatch } from "./batch.ts";
import { describeQueue } from "./describe.ts";
import { between, checkBatchSize } from "./limit.ts";
import type { HostedQueue } from "./model.ts";
import { newMessageOf, rawMessageOf } from "./wire.ts";

/** Does what a command asks; answers as SQS does. @throws SQSServiceException as SQS answers it; Error for others */
export async function perform(command: unknown, find: (url: string | undefined) => HostedQueue): Promise<object> {
  if (command instanceof ReceiveMessageCommand) return await receive(command, find(command.input.QueueUrl));
  if (command instanceof SendMessageCommand) {
    const { id, sequence } = find(command.input.QueueUrl).queue.send(newMessageOf(command.input));
    return { MessageId: id, SequenceNumber: String(sequence) };
  }
  if (command instanceof SendMessageBatchCommand) {
    const { queue, dice } = find(command.input.QueueUrl);
    return runBatch(command.input.Entries ?? [], dice, {
      check: (entries) => checkBatchSize(entries.map(newMessageOf)),
      run: (entry) => ({ MessageId: queue.send(newMessageOf(entry)).id }),
    });
  }
  return settle(command, find);
}

function settle(command: unknown, find: (url: string | undefined) => HostedQueue): object {
  if (command instanceof DeleteMessageBatchCommand) {
    const { queue, dice } = find(command.input.QueueUrl);
    return runBatch(command.input.Entries ?? [], dice, {
      run: (entry) => void queue.delete(entry.ReceiptHandle ?? ""),
    });
  }
  if (command instanceof ChangeMessageVisibilityBatchCommand) {
    const { queue, dice } = find(command.input.QueueUrl);
    return runBatch(command.input.Entries ?? [], dice, {
      run: (entry) => void queue.changeVisibility(entry.ReceiptHandle ?? "", entry.VisibilityTimeout ?? 0),
    });
  }
  if (command instanceof DeleteMessageCommand)
    find(command.input.QueueUrl).queue.delete(command.input.ReceiptHandle ?? "");
  else if (command instanceof ChangeMessageVisibilityCommand)
    find(command.input.QueueUrl).queue.changeVisibility(
      command.input.ReceiptHandle ?? "",
      command.input.VisibilityTimeout ?? 0,
    );
  else if (command instanceof PurgeQueueCommand) find(command.input.QueueUrl).queue.purge();
  else if (command instanceof GetQueueAttributesCommand)
    return { Attributes: describeQueue(find(command.input.QueueUrl), command.input.AttributeNames ?? []) };
  else throw new Error("the SQS model has no such operation");
  return {};
}

async function receive({ input }: ReceiveMessageCommand, { queue, polls }: HostedQueue): Promise<object> {
  const waitTimeSeconds = input.WaitTimeSeconds ?? queue.attributes.waitTimeSeconds;
  between("WaitTimeSeconds", waitTimeSeconds, 0, 20);
  const deliveries = await polls.receive(input.MaxNumberOfMessages ?? 1, waitTimeSeconds, input.VisibilityTimeout);
  if (deliveries.length === 0) return {};
  return { Messages: deliveries.map((delivery) => rawMessageOf(delivery, input)) };
}
