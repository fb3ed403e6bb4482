import type { ServiceDeclaration } from "@gift/fleet/declaration";
import type { QueueName } from "@gift/fleet/fleet";
import { databaseLink } from "./database.ts";
import { consumerLink, producerLink } from "./queue.ts";

/**
 * What a process that runs these entries of the fleet is linked to, and nothing more: the database and its own queues.
 */
export function linksOf(runs: readonly ServiceDeclaration<QueueName>[]) {
  const produced = new Set(runs.flatMap<QueueName>(({ publishes = [] }) => [...publishes]));
  const consumed = new Set(runs.flatMap((service) => (service.kind === "consumer" ? [service.consumes] : [])));
  return [databaseLink.app, ...Array.from(produced, producerLink), ...Array.from(consumed, consumerLink)];
}
