import type { Publish } from "@gift/core/outbox/sweep";
import type { Publisher } from "@gift/queue/publisher";
import { sendInSpan } from "@gift/telemetry/trace";

/** An outbox row for a queue that this process can't send to. The row stays; the others are not held up. */
export class UnknownDestinationError extends Error {
  readonly code = "UNKNOWN_DESTINATION";

  constructor(destination: string, known: Iterable<string>) {
    super(`no queue ${destination} is linked to the outbox role; it publishes to ${Array.from(known).join(", ")}`);
    this.name = "UnknownDestinationError";
  }
}

/**
 * Hands each message to its destination's publisher.
 * @param publishers by the fleet's queue name
 */
export function publishToDestination(publishers: ReadonlyMap<string, Publisher>): Publish {
  return async (message) => {
    const { destination, body } = message;
    const publisher = publishers.get(destination);
    if (!publisher) throw new UnknownDestinationError(destination, publishers.keys());
    await sendInSpan(message, (attributes) => publisher.publish({ body, attributes }));
  };
}
