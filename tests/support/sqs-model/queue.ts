import { shuffled } from "../virtual-time/random.ts";
import type { QueueAttributes } from "./attributes.ts";
import { Deduplication, deduplicationIdOf } from "./deduplication.ts";
import { sqsErrors } from "./error.ts";
import type { FaultDice } from "./fault.ts";
import { between, checkMessage } from "./limit.ts";
import {
  type Delivery,
  type DeliveryRecord,
  longestInvisibleMilliseconds,
  type NewMessage,
  type StoredMessage,
} from "./message.ts";

export interface QueueParts {
  readonly url: string;
  readonly arn: string;
  readonly attributes: QueueAttributes;
  /** 120,000 on AWS; a test may want fewer. */
  readonly mostInFlight: number;
  readonly dice: FaultDice;
  now(): number;
  /** Numbers messages and handles across all queues. */
  nextNumber(): number;
  /** The queue that this one's RedrivePolicy names. */
  deadLetters(): ModelQueue | undefined;
  /** Something became receivable, now or at a known time. */
  changed(): void;
}

/** One queue: what SQS stores, and what each operation does to it at one instant. */
export class ModelQueue {
  readonly #parts: QueueParts;
  readonly #deduplication = new Deduplication();
  /** Which message each handle was given out for, deleted messages included. */
  readonly #handles = new Map<string, StoredMessage>();
  /** Every delivery so far, oldest first. */
  readonly deliveries: DeliveryRecord[] = [];
  /** Ids of the messages that came from a queue that gave them up. */
  readonly accepted: string[] = [];
  #messages: StoredMessage[] = [];

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  get attributes(): QueueAttributes {
    return this.#parts.attributes;
  }

  get messages(): readonly StoredMessage[] {
    return this.#messages;
  }

  /** @throws SQSServiceException when SQS wouldn't store it */
  send(message: NewMessage): { readonly id: string; readonly sequence: number } {
    const { attributes } = this.#parts;
    checkMessage(message, attributes.maximumMessageBytes);
    if (attributes.isFifo) return this.#sendInGroup(message);
    return this.#store(message, message.delaySeconds ?? attributes.delaySeconds, undefined);
  }

  /**
   * Hands out messages, and moves those that have been handed out too often: SQS does that when somebody receives.
   * @throws OverLimit when too many are in flight; a FIFO queue answers with none instead
   */
  receive(most: number, visibilityTimeoutSeconds = this.#parts.attributes.visibilityTimeoutSeconds): Delivery[] {
    between("MaxNumberOfMessages", most, 1, 10);
    between("VisibilityTimeout", visibilityTimeoutSeconds, 0, 43_200);
    this.#forgetExpired();
    const deliveries: Delivery[] = [];
    for (const message of this.#receivable()) {
      if (deliveries.length === most) break;
      if (this.#isExhausted(message)) this.#moveToDeadLetters(message);
      else if (!this.#isFull()) deliveries.push(this.#handOut(message, visibilityTimeoutSeconds));
      else if (deliveries.length === 0 && !this.#parts.attributes.isFifo) throw sqsErrors.overLimit();
    }
    return deliveries;
  }

  /** @throws ReceiptHandleIsInvalid for a handle of no message; on FIFO, SQSServiceException for an expired one */
  delete(handle: string): void {
    const message = this.#find(handle);
    if (!this.#messages.includes(message)) return;
    if (this.#parts.attributes.isFifo && message.visibleAt <= this.#parts.now())
      throw sqsErrors.invalidValue("The receipt handle has expired.");
    // An older handle: SQS says yes, and the message stays. AWS promises neither.
    if (message.handle !== handle || this.#parts.dice.happens("undeleted")) return;
    this.#remove(message);
  }

  /** @throws MessageNotInflight when it is deleted or was received again; SQSServiceException past 12 hours */
  changeVisibility(handle: string, seconds: number): void {
    between("VisibilityTimeout", seconds, 0, 43_200);
    const message = this.#find(handle);
    if (!this.#messages.includes(message) || message.handle !== handle) throw sqsErrors.notInflight();
    const visibleAt = this.#parts.now() + seconds * 1_000;
    if (visibleAt > message.receivedAt + longestInvisibleMilliseconds)
      throw sqsErrors.invalidValue("Total VisibilityTimeout for the message is beyond the limit [43200 seconds].");
    message.visibleAt = visibleAt;
    this.#parts.changed();
  }

  /** When the next message becomes visible by itself; undefined when none will. */
  nextVisibleAt(): number | undefined {
    const times = this.#messages.map(({ visibleAt }) => visibleAt).filter((at) => at > this.#parts.now());
    return times.length === 0 ? undefined : Math.min(...times);
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    this.#forgetExpired();
    const now = this.#parts.now();
    const hidden = this.#messages.filter(({ visibleAt }) => visibleAt > now);
    const inFlight = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
    return { visible: this.#messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  purge(): void {
    this.#messages = [];
  }

  /** Takes over what another queue gave up: its id, age and receive count go on. */
  accept(message: StoredMessage, sourceArn: string): void {
    const now = this.#parts.now();
    // A message of a FIFO queue begins its retention again, one of a standard queue doesn't.
    const enqueuedAt = this.#parts.attributes.isFifo ? now : message.enqueuedAt;
    const deduplicationId = message.deduplicationId === undefined ? undefined : message.id;
    const moved = { ...message, deduplicationId, enqueuedAt, visibleAt: now, handle: undefined };
    this.accepted.push(message.id);
    this.#messages.push({ ...moved, deadLetterSource: sourceArn });
    this.#parts.changed();
  }

  #sendInGroup(message: NewMessage) {
    const { attributes, now } = this.#parts;
    if (message.groupId === undefined) throw sqsErrors.invalidValue("MessageGroupId is required.");
    if (message.delaySeconds) throw sqsErrors.invalidValue("A FIFO queue takes no DelaySeconds per message.");
    const id = deduplicationIdOf(message, attributes.isContentDeduplicated);
    if (id === undefined) throw sqsErrors.invalidValue("MessageDeduplicationId is required.");
    const first = this.#deduplication.find(id, now());
    if (first) return { id: first.messageId, sequence: first.sequence };
    const stored = this.#store(message, attributes.delaySeconds, id);
    this.#deduplication.remember(id, { messageId: stored.id, sequence: stored.sequence, at: now() });
    return stored;
  }

  #store(message: NewMessage, delaySeconds: number, deduplicationId: string | undefined): StoredMessage {
    const { now, nextNumber } = this.#parts;
    const sequence = nextNumber();
    const stored: StoredMessage = {
      id: `message-${sequence}`,
      body: message.body,
      attributes: message.attributes ?? {},
      groupId: message.groupId,
      deduplicationId,
      sequence,
      enqueuedAt: now(),
      sentAt: Date.now(),
      receiveCount: 0,
      receivedAt: 0,
      visibleAt: now() + delaySeconds * 1_000,
      handle: undefined,
    };
    this.#messages.push(stored);
    this.#parts.changed();
    return stored;
  }

  /** What may be handed out now, in the order in which this receive sees it. */
  #receivable(): StoredMessage[] {
    const now = this.#parts.now();
    if (this.#parts.attributes.isFifo) return this.#receivableInGroups(now);
    const visible = this.#messages.filter(({ visibleAt }) => visibleAt <= now);
    return this.#parts.dice.happens("reorder") ? shuffled(visible, this.#parts.dice.random) : visible;
  }

  /** A group's messages in order, up to its first that is invisible: those behind that one wait, even if visible. */
  #receivableInGroups(now: number): StoredMessage[] {
    const inOrder = this.#messages.toSorted((one, other) => one.sequence - other.sequence);
    const groups = new Map<string | undefined, StoredMessage[]>();
    const blocked = new Set<string | undefined>();
    for (const message of inOrder) {
      if (message.visibleAt > now) blocked.add(message.groupId);
      if (blocked.has(message.groupId)) continue;
      groups.set(message.groupId, [...(groups.get(message.groupId) ?? []), message]);
    }
    // As many as possible of one group, then of the next.
    return Array.from(groups.values()).flat();
  }

  #isExhausted({ receiveCount }: StoredMessage): boolean {
    const { redrive } = this.#parts.attributes;
    return redrive !== undefined && receiveCount >= redrive.maxReceiveCount;
  }

  #moveToDeadLetters(message: StoredMessage): void {
    const target = this.#parts.deadLetters();
    if (!target) return;
    this.#remove(message);
    target.accept(message, this.#parts.arn);
  }

  #isFull(): boolean {
    return this.counts().inFlight >= this.#parts.mostInFlight;
  }

  #handOut(message: StoredMessage, visibilityTimeoutSeconds: number): Delivery {
    const { now, nextNumber, dice } = this.#parts;
    const handle = `handle-${nextNumber()}`;
    message.receiveCount += 1;
    message.receivedAt = now();
    message.handle = handle;
    // On a standard queue a second server may hand the same message out at the same moment.
    const isDuplicated = !this.#parts.attributes.isFifo && dice.happens("duplicate");
    if (!isDuplicated) message.visibleAt = now() + visibilityTimeoutSeconds * 1_000;
    this.#handles.set(handle, message);
    const { id: messageId, receiveCount } = message;
    this.deliveries.push({ handle, messageId, receiveCount, at: now(), isDuplicated });
    return { message: { ...message }, handle, receiveCount: message.receiveCount };
  }

  #find(handle: string): StoredMessage {
    const message = this.#handles.get(handle);
    if (!message) throw sqsErrors.invalidHandle();
    return message;
  }

  #remove(message: StoredMessage): void {
    this.#messages = this.#messages.filter((each) => each !== message);
    // In a group the next may be waiting for this one.
    this.#parts.changed();
  }

  #forgetExpired(): void {
    const oldest = this.#parts.now() - this.#parts.attributes.retentionSeconds * 1_000;
    if (this.#messages.some(({ enqueuedAt }) => enqueuedAt < oldest))
      this.#messages = this.#messages.filter(({ enqueuedAt }) => enqueuedAt >= oldest);
  }
}
