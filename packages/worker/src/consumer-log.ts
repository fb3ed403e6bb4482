import { isDatabaseAtFault } from "@gift/core/database/unavailable";
import { parseSendMessage } from "@gift/core/send-request/send-message";
import type { ConsumerObserver } from "@gift/queue/consumer";
import type { Message } from "@gift/queue/message";
import { errorFields } from "@gift/telemetry/error-fields";
import type { LogFields } from "@gift/telemetry/log-fields";
import type { Log } from "@gift/telemetry/logger";

/**
 * Logs what a consumer reports. What handlers decide they log themselves.
 * @param log the process's log
 * @param consumer names the consumer in every line
 */
export function createConsumerLog(log: Log, consumer: string): Partial<ConsumerObserver> {
  return {
    failed(message, err) {
      // Every message in hand fails when Postgres goes away; the circuit's one line says so for all of them.
      if (isDatabaseAtFault(err)) return;
      log("consumer.handler_failed", { consumer, ...fieldsOf(message), ...errorFields(err) });
    },
    leaseLost: (message, err) =>
      log("consumer.lease_lost", { consumer, ...fieldsOf(message), ...errorFields(err.cause ?? err) }),
    acknowledgeFailed: (message, err) =>
      log("consumer.acknowledge_failed", { consumer, ...fieldsOf(message), ...errorFields(err) }),
    pollFailed: (err, { retryAfterMilliseconds }) =>
      log("consumer.poll_failed", {
        consumer,
        retry_after_milliseconds: Math.round(retryAfterMilliseconds),
        ...errorFields(err),
      }),
    circuitOpened: ({ reason, err }) =>
      log("consumer.circuit_opened", { consumer, reason, ...(err !== undefined && errorFields(err)) }),
    circuitClosed: ({ openMilliseconds }) =>
      log("consumer.circuit_closed", { consumer, open_milliseconds: Math.round(openMilliseconds) }),
  };
}

function fieldsOf(message: Message): LogFields {
  return { ...parseSendMessage(message.body), message_id: message.id, receive_count: message.receiveCount };
}
