import type { Message, ReceiveMessageRequest, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { Delivery, NewMessage } from "./message.ts";

/** What a send asks for, alone or as an entry of a batch. */
export function newMessageOf(input: Omit<SendMessageBatchRequestEntry, "Id">): NewMessage {
  return {
    body: input.MessageBody ?? "",
    attributes: input.MessageAttributes,
    delaySeconds: input.DelaySeconds,
    groupId: input.MessageGroupId,
    deduplicationId: input.MessageDeduplicationId,
  };
}

/** A delivery as a receive returns it: attributes only where they were asked for. */
export function rawMessageOf({ message, handle, receiveCount }: Delivery, input: ReceiveMessageRequest): Message {
  const system = {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(message.sentAt),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.deduplicationId !== undefined && { MessageDeduplicationId: message.deduplicationId }),
    ...(message.deadLetterSource !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSource }),
  };
  const Attributes = only(system, [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])]);
  const MessageAttributes = only(message.attributes, input.MessageAttributeNames ?? []);
  return {
    MessageId: message.id,
    ReceiptHandle: handle,
    Body: message.body,
    ...(Object.keys(Attributes).length > 0 && { Attributes }),
    ...(Object.keys(MessageAttributes).length > 0 && { MessageAttributes }),
  };
}

function only<Value>(values: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  const isAsked = (name: string) => names.includes("All") || names.includes(name);
  return Object.fromEntries(Object.entries(values).filter(([name]) => isAsked(name)));
}
