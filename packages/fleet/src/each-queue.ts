import { fleet, type QueueName } from "./fleet.ts";

/** In the order of their declaration. */
export const queueNames: readonly QueueName[] = Object.keys(fleet.queues).filter(
  (name): name is QueueName => name in fleet.queues,
);

/** A value for each queue by its name: what is made this way follows the fleet when a queue is added. */
export function ofEachQueue<Value>(make: (name: QueueName) => Value): Readonly<Record<QueueName, Value>> {
  // Object.fromEntries forgets what its keys were.
  return Object.fromEntries(queueNames.map((name) => [name, make(name)])) as Record<QueueName, Value>;
}
