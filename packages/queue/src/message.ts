import type { Message as SqsMessage } from "@aws-sdk/client-sqs";

/** A received message, as a handler sees it. */
export interface Message {
  readonly id: string;
  /** Whatever was sent; empty when SQS returned none. Judging it is the handler's business. */
  readonly body: string;
  /** The string (and number) message attributes; trace context travels here. */
  readonly attributes: Readonly<Record<string, string>>;
  /** How often SQS has handed the message out, this time included. Approximate: a lost response counts too. */
  readonly receiveCount: number;
  readonly sentAt: Date;
}

/** Reads what SQS returned; nothing in it is taken for granted, so that no message can break the loop. */
export function parseMessage(raw: SqsMessage): Message {
  return {
    id: raw.MessageId ?? "",
    body: raw.Body ?? "",
    attributes: attributesOf(raw),
    receiveCount: wholeNumberOf(raw.Attributes?.ApproximateReceiveCount) ?? 1,
    sentAt: new Date(wholeNumberOf(raw.Attributes?.SentTimestamp) ?? Date.now()),
  };
}

function attributesOf(raw: SqsMessage): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw.MessageAttributes ?? {}))
    if (value?.StringValue !== undefined) attributes[name] = value.StringValue;
  return attributes;
}

function wholeNumberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
