import type { Message } from "@gift/queue/message";
import { errorFields } from "@gift/telemetry/error-fields";
import type { LogFields } from "@gift/telemetry/log-fields";
import type { SendError } from "../sender/sender.errors.ts";

/** Which delivery a line is about. */
export function deliveryFields(message: Message): LogFields {
  return { message_id: message.id, receive_count: message.receiveCount };
}

/**
 * How long an attempt waited and took.
 * @param startedAt monotonic milliseconds
 */
export function attemptFields(message: Message, number: number, startedAt: number): LogFields {
  const handlingMilliseconds = performance.now() - startedAt;
  return {
    ...deliveryFields(message),
    attempt: number,
    // From the publish to this attempt's begin: on a retry it contains the backoffs. Clocks of two machines: a guide.
    queue_wait_milliseconds: Math.max(0, Math.round(Date.now() - handlingMilliseconds - message.sentAt.getTime())),
    handling_milliseconds: Math.round(handlingMilliseconds),
  };
}

/** The provider's own failures need no stack; an unexpected one does. */
export function failureFields(err: SendError): LogFields {
  if (err.code === "SENDER_FAILED") return { ...errorFields(err.cause), error_code: err.code };
  return { error_code: err.code, error_message: err.message };
}
