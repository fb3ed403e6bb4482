import { createRecordDeadLetter, type RecordDeadLetterDependencies } from "../handler/record-dead-letter.ts";
import { type ConsumerRoleOptions, startConsumerRole } from "./consumer-role.ts";
import type { Role } from "./role.ts";

export type DeadLettersRoleOptions = ConsumerRoleOptions & RecordDeadLetterDependencies;

/**
 * Starts the role that records dead letters.
 * @throws ConsumerConfigurationError when the dead-letter queue has a dead-letter queue of its own
 */
export function startDeadLettersRole(options: DeadLettersRoleOptions): Promise<Role> {
  return startConsumerRole({ name: "dead-letters", queue: options.queue }, options, createRecordDeadLetter(options));
}
