import { acceptableBacklogPerTask } from "@gift/fleet/backlog";
import type { Definition } from "../definition.ts";
import { type Consumer, consumersOf, type Deployment } from "../deployment.ts";
import { queue as ofQueue } from "../series.ts";
import type { Pair, Thresholds } from "../threshold.ts";

/** Each queue that a worker serves: how much waits and for how long. CloudWatch knows also while no worker runs. */
export function queueMonitors(deployment: Deployment): readonly Definition[] {
  return consumersOf(deployment).flatMap((consumer) => [
    queueAge(consumer.declaration.consumes, deployment.thresholds),
    queueBacklog(consumer, deployment.thresholds),
  ]);
}

/**
 * The age of the oldest message. SQS moves a message that was received three times to the back and leaves it out, so a
 * gift that keeps failing doesn't look like a queue that stands still:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html.
 */
function queueAge(queue: string, { queueAgeSeconds }: Thresholds): Definition {
  return {
    id: "queue-age",
    key: `queue-age-${queue}`,
    title: `Messages of ${queue} wait too long`,
    priority: 1,
    condition: {
      kind: "metric",
      formula: { is: "series", of: ofQueue(queue, "aws.sqs.approximate_age_of_oldest_message") },
      during: "max",
      windowMinutes: 10,
      comparator: ">",
      thresholds: queueAgeSeconds,
      // An idle queue has no oldest message.
      onMissingData: "resolve",
    },
    impact: "Accepted sends are late: the promise of five minutes is being broken. None is lost.",
    firstChecks: [
      "Do workers run: `tasks-missing`, and `gift.slots.busy` of the queue",
      "Is the circuit open: the provider or Postgres is away",
      "Are slots full: more arrives than the tasks can handle, scale out",
    ],
  };
}

/**
 * More waits than all tasks together finish in the time that the fleet's entry accepts: scaling can't catch up any
 * more.
 */
function queueBacklog({ declaration, maxTasks }: Consumer, { queueBacklogWaits }: Thresholds): Definition {
  const { consumes: queue } = declaration;
  return {
    id: "queue-backlog",
    key: `queue-backlog-${queue}`,
    title: `Messages of ${queue} pile up`,
    priority: 2,
    condition: {
      kind: "metric",
      formula: { is: "series", of: ofQueue(queue, "aws.sqs.approximate_number_of_messages_visible") },
      during: "avg",
      windowMinutes: 15,
      comparator: ">",
      thresholds: times(queueBacklogWaits, acceptableBacklogPerTask(declaration) * maxTasks),
      onMissingData: "default",
    },
    impact: `Accepted sends will be late: more than ${declaration.scaling.acceptableWaitSeconds} s of work waits for every task there may be.`,
    firstChecks: [
      "Is more arriving than usual: accepted sends per second",
      "Has the service scaled to its maximum",
      "Do handlers take longer than usual: `gift.handler.duration` against the fleet's `secondsPerMessage`",
    ],
  };
}

function times({ critical, warning }: Pair, factor: number): Pair {
  return { critical: critical * factor, warning: warning * factor };
}
