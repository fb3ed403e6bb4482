import { fleet, type QueueName } from "./fleet.ts";

type Resource<Name extends QueueName> = (typeof fleet.queues)[Name]["resource"];

/** Name of the SST binding that lets a service send to a queue, e.g. `GiftQueueProducer`. */
export function producerBinding<Name extends QueueName>(queue: Name): `${Resource<Name>}Producer` {
  const { resource }: { resource: Resource<Name> } = fleet.queues[queue];
  return `${resource}Producer`;
}

/** Name of the SST binding that lets a service receive from a queue and acknowledge, e.g. `GiftQueueConsumer`. */
export function consumerBinding<Name extends QueueName>(queue: Name): `${Resource<Name>}Consumer` {
  const { resource }: { resource: Resource<Name> } = fleet.queues[queue];
  return `${resource}Consumer`;
}
