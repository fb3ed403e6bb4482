import type { Database } from "@gift/core/database/database";
import { markFailed } from "@gift/core/gift/mark-failed";
import { createMarkSentBatch } from "@gift/core/gift/mark-sent-batch";
import type { Attempt, GiftToSend } from "@gift/core/send-attempt/begin";
import { createBeginBatch } from "@gift/core/send-attempt/begin-batch";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { parseSendMessage } from "@gift/core/send-request/send-message";
import type { HandlerContext } from "@gift/queue/consumer";
import { ConsumerStoppingError, LeaseLostError } from "@gift/queue/error";
import type { Message } from "@gift/queue/message";
import { acknowledge, release, retry, type Verdict } from "@gift/queue/verdict";
import { withLogContext } from "@gift/telemetry/log-context";
import type { Log } from "@gift/telemetry/logger";
import type { Kysely } from "kysely";
import { LateCallError } from "../sender/late-call.ts";
import { RecordUnavailableError } from "../sender/provider-record.ts";
import { sendOnce } from "../sender/send-once.ts";
import { reactions, type SendError, toSendError } from "../sender/sender.errors.ts";
import type { Sender } from "../sender/sender.ts";
import { attemptFields, deliveryFields, failureFields } from "./attempt-log.ts";

export interface SendGiftDependencies {
  readonly db: Kysely<Database>;
  readonly sender: Sender;
  readonly log: Log;
}

/** What every message needs goes out in batches; what only a failure needs, alone. */
interface Batched extends SendGiftDependencies {
  readonly beginAttempt: ReturnType<typeof createBeginBatch>;
  readonly markSent: ReturnType<typeof createMarkSentBatch>;
}

/** An attempt that has begun, and the delivery it belongs to. */
interface Begun {
  readonly attempt: Attempt;
  readonly gift: GiftToSend;
  readonly message: Message;
  readonly context: HandlerContext;
  readonly startedAt: number;
}

/**
 * Creates the handler of send messages: begin an attempt → send → mark SENT → acknowledge. Whatever it throws (Postgres
 * away, a lost lease) leaves the gift QUEUED and the message to the consumer.
 * @param dependencies database, provider and log
 */
export function createSendGift(options: SendGiftDependencies) {
  const { db } = options;
  const dependencies = { ...options, beginAttempt: createBeginBatch(db), markSent: createMarkSentBatch(db) };
  return async function sendGift(message: Message, context: HandlerContext): Promise<Verdict> {
    const send = parseSendMessage(message.body);
    if (!send) {
      dependencies.log("send.unparsable", deliveryFields(message));
      return release;
    }
    return await withLogContext(send, () =>
      attemptToSend(dependencies, message, context, { giftId: send.gift_id, requestId: send.request_id }),
    );
  };
}

async function attemptToSend(
  dependencies: Batched,
  message: Message,
  context: HandlerContext,
  send: { giftId: string; requestId: string },
): Promise<Verdict> {
  const { log } = dependencies;
  const startedAt = performance.now();
  const beginning = await dependencies.beginAttempt({ ...send, receiveCount: message.receiveCount });
  if (beginning.kind === "begun") return await deliver(dependencies, { ...beginning, message, context, startedAt });
  if (beginning.kind === "unknown-gift") {
    log("send.unknown_gift", deliveryFields(message));
    return release;
  }
  log(`send.${beginning.kind}`, deliveryFields(message));
  return acknowledge;
}

async function deliver(dependencies: Batched, begun: Begun): Promise<Verdict> {
  const { attempt, gift, context, startedAt } = begun;
  const { signal } = context;
  let reference: string;
  try {
    reference = (await sendOnce(dependencies.sender, attempt, gift, { signal, startedAt })).reference;
  } catch (err) {
    if (isNotOurs(err)) throw err;
    return await fail(dependencies, begun, toSendError(err));
  }
  const sent = await dependencies.markSent({ attempt, providerReference: reference });
  const fields = attemptFields(begun.message, attempt.number, begun.startedAt);
  if (sent) dependencies.log("send.sent", { ...fields, latency_milliseconds: Math.round(sent.latencySeconds * 1_000) });
  else dependencies.log("send.duplicate", fields);
  return acknowledge;
}

/**
 * The simulated provider's record is in our Postgres; a message that was taken away is someone else's to conclude. Not
 * asked is what the error looks like: a real provider that refuses a connection says ECONNREFUSED too.
 */
function isNotOurs(err: unknown): boolean {
  if (err instanceof LeaseLostError || err instanceof ConsumerStoppingError) return true;
  return err instanceof LateCallError || err instanceof RecordUnavailableError;
}

async function fail({ db, log }: SendGiftDependencies, begun: Begun, err: SendError): Promise<Verdict> {
  const { attempt, context } = begun;
  const isPermanent = reactions[err.kind] === "fail";
  const fields = { ...attemptFields(begun.message, attempt.number, begun.startedAt), ...failureFields(err) };
  if (!isPermanent && !context.isFinalReceive) {
    await recordRetry(db, attempt, err);
    log("send.retried", fields);
    return retry();
  }
  const isMoved = await markFailed(db, attempt, err);
  log(isMoved ? "send.failed" : "send.duplicate", fields);
  // Released after its final receive, the message goes to the dead-letter queue, where operators look for it.
  return isPermanent || !isMoved ? acknowledge : release;
}
