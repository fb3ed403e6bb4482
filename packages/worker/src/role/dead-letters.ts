import { fleet } from "@gift/fleet/fleet";
import { createSqsClient } from "@gift/queue/client/sqs-client";
import { createRecordDeadLetter, type RecordDeadLetterDependencies } from "../handler/record-dead-letter.ts";
import { startNotifier } from "../notification/notifier.ts";
import { createSlackChannel } from "../notification/slack.ts";
import { tuningOf } from "../tuning.ts";
import { type ConsumerRoleOptions, startConsumerRole } from "./consumer-role.ts";
import { type Foundation, queueUrlOf, type Role, withClose } from "./role.ts";

export type DeadLettersRoleOptions = ConsumerRoleOptions & RecordDeadLetterDependencies;

/** For the last message of a process that ends: part of what is kept for closing. */
const farewellMilliseconds = 2_000;

/** Starts the role as the fleet declares it, on what this process is linked to. */
export async function startLinkedDeadLettersRole({ config, db, log }: Foundation): Promise<Role> {
  const client = createSqsClient();
  const service = fleet.services["dead-letters"];
  const queue = service.consumes;
  const queueUrl = queueUrlOf(config, queue);
  const tuning = tuningOf(service, fleet.queues[queue], config);
  const { slack } = config;
  const notifier = slack && startNotifier({ channel: createSlackChannel(slack.webhookUrl, { ...slack, queue }), log });
  const notify = notifier?.notify;
  const role = await startDeadLettersRole({ client, queueUrl, db, log, tuning, queue, notify });
  return withClose(role, async () => {
    client.destroy();
    await notifier?.stop(farewellMilliseconds);
  });
}

/**
 * Starts the role that records dead letters.
 * @throws ConsumerConfigurationError when the dead-letter queue has a dead-letter queue of its own
 */
export function startDeadLettersRole(options: DeadLettersRoleOptions): Promise<Role> {
  return startConsumerRole({ name: "dead-letters", queue: options.queue }, options, createRecordDeadLetter(options));
}
