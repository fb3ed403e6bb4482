import type { ConsumerService, QueueDeclaration } from "@gift/fleet/declaration";
import type { ConsumerTuning } from "./role/consumer-role.ts";

/**
 * A consumer's numbers as the fleet declares them, with what the environment overrides.
 * @param service the consumer
 * @param queue the queue it consumes
 * @param overrides seconds; undefined keeps the fleet's number
 */
export function tuningOf(
  service: ConsumerService,
  queue: QueueDeclaration,
  overrides: { waitTimeSeconds: number | undefined; retryBaseSeconds: number | undefined },
): ConsumerTuning {
  const { slots, prefetch, receivers, handlerTimeoutSeconds } = service;
  return {
    slots,
    prefetch,
    receivers,
    handlerTimeoutSeconds,
    waitTimeSeconds: overrides.waitTimeSeconds ?? service.waitTimeSeconds,
    backoff: { ...service.backoff, baseSeconds: overrides.retryBaseSeconds ?? service.backoff.baseSeconds },
    visibilityTimeoutSeconds: queue.visibilityTimeoutSeconds,
    ...(queue.deadLetter && { maxReceiveCount: queue.deadLetter.maxReceiveCount }),
  };
}
