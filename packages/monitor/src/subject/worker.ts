import type { Definition } from "../definition.ts";
import { consumedQueuesOf, type Deployment, deadLetterQueuesOf, outboxQueuesOf } from "../deployment.ts";
import { own } from "../series.ts";
import type { Pair } from "../threshold.ts";

/** What workers say of themselves: failures in their log, the circuit of each queue, and the outbox of each. */
export function workerMonitors({ fleet, thresholds }: Deployment): readonly Definition[] {
  return [
    sendFailures(thresholds.sendFailures),
    ...consumedQueuesOf(fleet).map((queue) => circuitOpen(queue, deadLetterQueuesOf(fleet).includes(queue))),
    ...outboxQueuesOf(fleet).map((queue) => outboxAge(queue, thresholds.outboxAgeSeconds)),
    stuckGifts(thresholds.stuckGiftSeconds),
  ];
}

/** Only what ended badly: an attempt that will be made again (`send.retried`) is the provider's daily life. */
function sendFailures(thresholds: Pair): Definition {
  return {
    id: "send-failures",
    key: "send-failures",
    title: "Sends fail for good",
    priority: 1,
    condition: {
      kind: "log",
      events: ["send.failed", "send.unparsable", "send.unknown_gift", "consumer.handler_failed"],
      windowMinutes: 5,
      thresholds,
    },
    impact: "Gifts end as FAILED: their senders must be told, or an operator redrives them once the cause is gone.",
    firstChecks: [
      "Which `error_code`: one for all points to the provider or a deploy, one gift only to that gift",
      "Is the provider answering: `gift.handler.duration` and its error codes",
      "Did a deploy start in the last half hour",
    ],
  };
}

/**
 * Open for most of five minutes: the gauge may show a probe in between. When a dependency is away, the queues of gifts
 * page; dead letters can wait, as SQS keeps them for ten days at least.
 */
function circuitOpen(queue: string, isForDeadLetters: boolean): Definition {
  return {
    id: "circuit-open",
    key: `circuit-open-${queue}`,
    title: `Polling of ${queue} is paused`,
    priority: isForDeadLetters ? 2 : 1,
    condition: {
      kind: "metric",
      formula: { is: "series", of: own("gift.circuit.open", "max", { queue }) },
      during: "avg",
      windowMinutes: 5,
      comparator: ">",
      thresholds: { critical: 0.5 },
      onMissingData: "default",
    },
    impact:
      "Nothing is handled: the worker waits because nearly everything failed or a dependency is away. Nothing is lost.",
    firstChecks: [
      "Why it opened: log event `consumer.circuit_opened` says the reason and the error",
      "Is Postgres reachable, is the provider answering",
      "It probes every ten seconds and closes by itself: repair the dependency, not the worker",
    ],
  };
}

/** The sweep reports at each turn, so silence means that nobody sweeps. */
function outboxAge(queue: string, thresholds: Pair): Definition {
  return {
    id: "outbox-age",
    key: `outbox-age-${queue}`,
    title: `Committed messages don't reach ${queue}`,
    priority: 1,
    condition: {
      kind: "metric",
      formula: {
        is: "series",
        of: own("gift.outbox.oldest_age", "max", { queue }),
      },
      during: "max",
      windowMinutes: 5,
      comparator: ">",
      thresholds,
      onMissingData: "show_and_notify_no_data",
    },
    impact: "Sends are accepted and not started. They are committed: they go out by themselves when SQS takes them.",
    firstChecks: [
      "Does SQS take messages: log events `outbox.left_behind` and `outbox.blocked` carry its error",
      "Does a worker with the role outbox run: `tasks-missing`",
      "How many wait: `gift.outbox.depth`",
    ],
  };
}

/**
 * SQS can lose what nobody else remembers but the gift itself: a queue purged, deleted, or left alone for longer than
 * it keeps messages.
 */
function stuckGifts(thresholds: Pair): Definition {
  return {
    id: "stuck-gifts",
    key: "stuck-gifts",
    title: "A gift stays QUEUED",
    priority: 2,
    condition: {
      kind: "metric",
      formula: { is: "series", of: own("gift.send.oldest_queued", "max") },
      during: "min",
      windowMinutes: 15,
      comparator: ">",
      thresholds,
      onMissingData: "default",
    },
    impact: "At least one accepted send neither arrives nor fails. It is safe: its request is in the database.",
    firstChecks: [
      "Is there a backlog: `queue-backlog` or `circuit-open` explain it, and it ends with them",
      "Is the queue empty all the same: then its message is lost, and `ops gifts requeue` writes it again",
    ],
  };
}
