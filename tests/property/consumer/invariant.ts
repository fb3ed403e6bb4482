import { LeaseLostError } from "@gift/queue/error";
import type { ModelCall } from "../../support/sqs-model/client.ts";
import type { DeliveryRecord } from "../../support/sqs-model/message.ts";
import type { Handling, History, Life } from "./history.ts";
import type { ConsumerProgram } from "./program.ts";

/** What must hold of every history. Each answers with its violations, in words. */
export const invariants: Readonly<Record<string, (history: History) => string[]>> = {
  "every message is acknowledged by a handler or ends in the dead-letter queue": ({
    sent,
    lives,
    deadLetters,
    isDrained,
  }) => {
    if (!isDrained) return ["there are messages in the queue after two hours without a fault"];
    const handled = new Set(
      handlingsOf(lives).flatMap(({ ends, messageId }) => (ends === "acknowledge" ? messageId : [])),
    );
    const dead = new Set(deadLetters?.messages.map(({ id }) => id));
    return sent.filter((id) => !handled.has(id) && !dead.has(id)).map((id) => `${id} is lost`);
  },

  "nothing is deleted before its handler has resolved with acknowledge": (history) =>
    history.lives.flatMap((life) =>
      entriesOf(life, "DeleteMessageBatch").flatMap(({ call, handle }) => {
        const delivery = deliveryOf(history, handle);
        const handling = life.handlings.find((each) => isOf(each, delivery));
        if (handling?.ends === "acknowledge" && (handling.endedAt ?? Infinity) <= call.startedAt) return [];
        return [`${life.name} deletes ${describe(delivery)} at ${call.startedAt}, its handler: ${handling?.ends}`];
      }),
    ),

  "a delivery is handled once at most": ({ lives }) =>
    lives.flatMap(({ handlings, name }) => {
      const keys = handlings.map(({ messageId, receiveCount }) => `${messageId}, receive ${receiveCount}`);
      return keys.filter((key, index) => keys.indexOf(key) < index).map((key) => `${name} handles ${key} twice`);
    }),

  "no more handlers run than there are slots, and no more is in hand than slots and prefetch": ({ lives, program }) =>
    lives.flatMap(({ handlings, mostInHand, name }) => {
      const most = Math.max(0, ...handlings.map(({ concurrency }) => concurrency));
      return [
        ...(most > program.slots ? [`${name} runs ${most} handlers in ${program.slots} slots`] : []),
        ...(mostInHand > program.slots + program.prefetch ? [`${name} has ${mostInHand} messages in hand`] : []),
      ];
    }),

  "no poll begins after stop was asked for, and no call after it has resolved": ({ lives }) =>
    lives.flatMap(({ calls, stopAskedAt = Infinity, stoppedAt = Infinity, name }) =>
      calls.flatMap(({ operation, startedAt }) => {
        const limit = operation === "ReceiveMessage" ? stopAskedAt : stoppedAt;
        return startedAt > limit ? [`${name} calls ${operation} ${startedAt - limit} ms after its stop`] : [];
      }),
    ),

  "a poll is never aborted: what it returns is handled or put back": ({ lives }) =>
    lives.flatMap(({ calls, name }) =>
      calls.flatMap(({ isAborted, operation }) => (isAborted ? [`${name} aborts a ${operation}`] : [])),
    ),

  "when stop resolves nothing is in flight": ({ lives }) =>
    lives.flatMap(({ calls, stoppedAt, unconfirmedAtStop, name }) => {
      if (stoppedAt === undefined) return [];
      const open = calls.filter(({ endedAt = Infinity, startedAt }) => startedAt <= stoppedAt && endedAt > stoppedAt);
      return open.length + unconfirmedAtStop > 0 ? [`${name} stops with ${open.length} calls open`] : [];
    }),

  "a message is hidden while its handler runs, or the handler is told": (history) =>
    history.lives.flatMap((life) => life.handlings.flatMap((handling) => exposure(history, life, handling))),

  "without a fault no lease is lost: it is extended while the message is in hand": ({ lives, program }) =>
    lives.flatMap(({ handlings, frozen, name }) => {
      if (!isFaultless(program) || frozen.length > 0) return [];
      const lost = handlings.filter(({ signal }) => signal.reason instanceof LeaseLostError);
      return lost.map((handling) => `${name} loses ${describe(handling)}`);
    }),

  "without a fault an acknowledged message isn't delivered again": ({ lives, program, queue }) =>
    lives.flatMap(({ handlings, frozen, killedAt, name }) => {
      if (!isFaultless(program) || frozen.length > 0 || killedAt !== undefined) return [];
      const acknowledged = handlings.filter(({ ends, signal }) => ends === "acknowledge" && !signal.aborted);
      return acknowledged
        .filter((done) => queue.deliveries.some((each) => isOf({ ...done, receiveCount: done.receiveCount + 1 }, each)))
        .map((handling) => `${name} acknowledges ${describe(handling)} and it is delivered again`);
    }),

  "a retry waits as long as the backoff or the handler says": (history) =>
    history.lives.flatMap((life) => life.fates.flatMap((fate) => offBackoff(history, life, fate))),
};

function isFaultless({ faults }: ConsumerProgram): boolean {
  return Object.values(faults).every((share) => share === 0);
}

/** A tick of the lease table, and calls on their way. */
const longestTickMilliseconds = 1_000;
const onTheWayMilliseconds = 100;

/**
 * Whether SQS could have handed the message to somebody else while its handler ran unaware. A duplicate delivery can't
 * be noticed, and neither can anything by a process that is frozen.
 */
function exposure({ queue, program }: History, life: Life, handling: Handling): string[] {
  const { endedAt, signal, hiddenUntilAtEnd, isNewestAtEnd, startedAt } = handling;
  const wasFrozen = life.frozen.some(({ from, until }) => from <= (endedAt ?? Infinity) && until >= startedAt - 60_000);
  if (endedAt === undefined || life.killedAt !== undefined || wasFrozen || signal.aborted) return [];
  const deliveries = queue.deliveries.filter(({ messageId }) => messageId === handling.messageId);
  if (deliveries.some(({ isDuplicated }) => isDuplicated)) return [];
  const next = deliveries.find(({ receiveCount }) => receiveCount === handling.receiveCount + 1);
  const visibleAt = isNewestAtEnd ? hiddenUntilAtEnd : (next?.at ?? Infinity);
  const tick = Math.min(longestTickMilliseconds, program.visibilityTimeoutSeconds * 125);
  if (visibleAt + tick + onTheWayMilliseconds >= endedAt) return [];
  return [`${life.name} runs ${describe(handling)} until ${endedAt}, and SQS shows it since ${visibleAt}`];
}

/** Equal jitter: at least half of the grown delay, at most all of it. */
function offBackoff(
  { program }: History,
  life: Life,
  { messageId, receiveCount, verdict }: Life["fates"][number],
): string[] {
  if (verdict.kind !== "retry") return [];
  const seconds = verdict.afterSeconds ?? -1;
  const handling = life.handlings.find((each) => isOf(each, { messageId, receiveCount }));
  const { baseSeconds, factor, capSeconds } = program.backoff;
  const grown = Math.min(capSeconds, baseSeconds * factor ** (receiveCount - 1));
  const isWithin = seconds >= grown / 2 && seconds <= Math.max(grown, Math.ceil(grown / 2));
  const isTheHandlers = handling?.ends === "retry";
  if (isWithin || (isTheHandlers && seconds >= 0 && seconds <= 60)) return [];
  return [`${life.name} retries ${messageId}, receive ${receiveCount}, after ${seconds} s; the backoff is ${grown} s`];
}

function handlingsOf(lives: readonly Life[]): Handling[] {
  return lives.flatMap(({ handlings }) => handlings);
}

function entriesOf({ calls }: Life, operation: string): { call: ModelCall; handle: string }[] {
  return calls
    .filter((call) => call.operation === operation)
    .flatMap((call) => {
      const entries = Array.isArray(call.input.Entries) ? call.input.Entries : [];
      return entries.map((entry) => ({ call, handle: String(entry.ReceiptHandle) }));
    });
}

function deliveryOf({ queue }: History, handle: string): DeliveryRecord | undefined {
  return queue.deliveries.find((delivery) => delivery.handle === handle);
}

type Delivered = Pick<DeliveryRecord, "messageId" | "receiveCount">;

function isOf(handling: Delivered, delivery: Delivered | undefined): boolean {
  return handling.messageId === delivery?.messageId && handling.receiveCount === delivery.receiveCount;
}

function describe(delivery: Delivered | undefined): string {
  return delivery ? `${delivery.messageId}, receive ${delivery.receiveCount},` : "a message that it never received";
}
