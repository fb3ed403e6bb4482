import type { MessageAttributeValue } from "@aws-sdk/client-sqs";

export type MessageAttributes = Readonly<Record<string, MessageAttributeValue>>;

/** What a producer asks to be stored. */
export interface NewMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes | undefined;
  readonly delaySeconds?: number | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

/** A message in a queue. Times are the clock's milliseconds. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Order of arrival; kept over the move to a dead-letter queue. */
  readonly sequence: number;
  /** Decides when retention ends; kept over the move, except on FIFO queues. */
  enqueuedAt: number;
  /** Wall clock: what SentTimestamp says. */
  readonly sentAt: number;
  receiveCount: number;
  /** When it was received last; the 12 hours count from here. */
  receivedAt: number;
  visibleAt: number;
  /** The newest receipt handle: the only one that deletes for certain. */
  handle: string | undefined;
  /** ARN of the queue that it was moved from. */
  deadLetterSource?: string;
}

/** What a receive hands out. */
export interface Delivery {
  readonly message: StoredMessage;
  readonly handle: string;
  readonly receiveCount: number;
}

/** What SQS would say of a delivery afterwards, if it could be asked. */
export interface DeliveryRecord {
  readonly handle: string;
  readonly messageId: string;
  readonly receiveCount: number;
  readonly at: number;
  /** It stayed visible, by a fault. */
  readonly isDuplicated: boolean;
}

export const longestInvisibleMilliseconds = 43_200_000;
