import type { ConsumerService } from "./declaration.ts";

/**
 * Messages that one task of a consumer may have waiting while the last of them is still served in time: the target of
 * its scaling.
 *
 * `acceptableWaitSeconds × slots / secondsPerMessage`, rounded down: AWS's "acceptable backlog per instance", which is
 * the acceptable latency divided by the processing time of a message, times the messages that a task handles at once
 * (EC2 Auto Scaling user guide, "Scaling policy based on Amazon SQS").
 * @param service the consumer; its numbers are positive, `defineFleet` sees to that
 * @returns at least 1: a target of 0 would ask for tasks without end
 */
export function acceptableBacklogPerTask({ slots, scaling }: Pick<ConsumerService, "slots" | "scaling">): number {
  return Math.max(1, Math.floor((scaling.acceptableWaitSeconds * slots) / scaling.secondsPerMessage));
}
