import type { Definition } from "../definition.ts";
import { type Deployment, deadLetterQueuesOf } from "../deployment.ts";
import { queue as ofQueue, own } from "../series.ts";

/** Each dead-letter queue: what arrives there, and whether its handler takes it. */
export function deadLetterMonitors({ fleet, thresholds }: Deployment): readonly Definition[] {
  return deadLetterQueuesOf(fleet).flatMap((queue) => [arrival(queue, thresholds.deadLetters), unrecorded(queue)]);
}

/** From the handler's own count, in seconds. One is news for the channel; a flood wakes somebody. */
function arrival(queue: string, thresholds: { critical: number; warning: number }): Definition {
  return {
    id: "dead-letter",
    key: `dead-letter-${queue}`,
    title: `Dead letters in ${queue}`,
    priority: 1,
    condition: {
      kind: "metric",
      formula: {
        is: "series",
        of: own("gift.dead_letter.recorded", "sum", { queue }),
      },
      during: "sum",
      windowMinutes: 15,
      comparator: ">",
      thresholds,
      onMissingData: "default",
    },
    impact: "Each dead letter is a gift that was not sent after all attempts; it waits for a redrive.",
    firstChecks: [
      "What they have in common: the error codes of the recorded dead letters",
      "Has a deploy or the provider changed what fails",
      "Redrive only after the cause is gone: a redrive spends all attempts again",
    ],
  };
}

/** The handler empties the queue within seconds: what stays there is recorded nowhere. */
function unrecorded(queue: string): Definition {
  return {
    id: "dead-letter",
    key: `dead-letter-unrecorded-${queue}`,
    title: `Dead letters in ${queue} are not taken`,
    priority: 2,
    condition: {
      kind: "metric",
      formula: {
        is: "series",
        of: ofQueue(queue, "aws.sqs.approximate_number_of_messages_visible"),
      },
      during: "min",
      windowMinutes: 15,
      comparator: ">",
      thresholds: { critical: 0 },
      // Published only while something is or was there lately.
      onMissingData: "default",
    },
    impact:
      "Gifts that failed still read QUEUED, and nobody is told: SQS keeps their dead letters for ten days at least.",
    firstChecks: [
      "Does a worker with the role dead-letters run: `tasks-missing`",
      "Why the handler fails: log events `consumer.handler_failed` and `consumer.circuit_opened`",
    ],
  };
}
