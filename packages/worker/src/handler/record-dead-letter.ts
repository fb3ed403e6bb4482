import type { Database } from "@gift/core/database/database";
import { type RecordedDeadLetter, recordDeadLetter } from "@gift/core/dead-letter/record";
import type { Message } from "@gift/queue/message";
import { acknowledge, type Verdict } from "@gift/queue/verdict";
import type { Log } from "@gift/telemetry/logger";
import type { Kysely } from "kysely";
import type { Notice } from "../notification/digest.ts";

export interface RecordDeadLetterDependencies {
  readonly db: Kysely<Database>;
  /** The fleet's name of the dead-letter queue. */
  readonly queue: string;
  readonly log: Log;
  /** Tells people; it returns at once and never throws. Absent, nobody is told. */
  readonly notify?: ((notice: Notice) => void) | undefined;
}

/**
 * Creates the handler of dead letters: record → log → notify → acknowledge. What it throws is a retry: the message is
 * the only trace of the send until it is recorded.
 * @param dependencies database, queue name, log and whom to tell
 */
export function createRecordDeadLetter({ db, queue, log, notify }: RecordDeadLetterDependencies) {
  return async function record(message: Message): Promise<Verdict> {
    const { id: messageId, body, attributes, receiveCount } = message;
    const letter = await recordDeadLetter(db, { messageId, queue, body, attributes, receiveCount });
    // Delivered twice, it is recorded and reported once: monitors count these lines.
    if (letter.isNew) {
      report(log, queue, message, letter);
      notify?.(noticeOf(letter));
    }
    return acknowledge;
  };
}

function noticeOf(letter: RecordedDeadLetter): Notice {
  const { fingerprint, normalizedError, isNewError, giftId, requestId } = letter;
  return { fingerprint, error: normalizedError, isNewError, giftId, requestId };
}

function report(log: Log, queue: string, message: Message, letter: RecordedDeadLetter): void {
  const [code = letter.error, ...reason] = letter.error.split(": ");
  const fields = {
    ...(letter.giftId !== null && { gift_id: letter.giftId }),
    ...(letter.requestId !== null && { request_id: letter.requestId }),
    message_id: message.id,
    receive_count: message.receiveCount,
    error_code: code,
    error_message: reason.join(": "),
  };
  // The worker has said so itself, unless every one of them died before it could.
  if (letter.isGiftFailed) log("send.failed", fields);
  log("dead_letter.recorded", { ...fields, queue, is_gift_failed: letter.isGiftFailed });
}
