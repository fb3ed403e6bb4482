import type { DeadLetter } from "./dead-letter.ts";
import type { DeadLetterResult } from "./one-by-one.ts";

/** A dead letter as the operator API answers it and as `ops dead-letters show --json` prints it. */
export function deadLetterDocument(letter: DeadLetter) {
  return {
    dead_letter_id: letter.id,
    message_id: letter.messageId,
    queue: letter.queue,
    body: letter.body,
    attributes: letter.attributes,
    receive_count: letter.receiveCount,
    gift_id: letter.giftId,
    request_id: letter.requestId,
    error: letter.error,
    error_fingerprint: letter.errorFingerprint,
    state: letter.state,
    redrive_request_id: letter.redriveRequestId,
    resolved_by: letter.resolvedBy,
    resolved_at: letter.resolvedAt,
    created_at: letter.createdAt,
  };
}

/** What became of a dead letter, for the same readers. */
export function deadLetterResultDocument({ id, outcome, requestId }: DeadLetterResult) {
  return { dead_letter_id: id, outcome, ...(requestId !== undefined && { request_id: requestId }) };
}
