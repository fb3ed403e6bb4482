/**
 * Every log event that the service emits: the only place where their names are written. Monitors and docs read this
 * table, so a monitor can't wait for a line that nothing logs.
 */
export const logEvents = {
  "service.ready": { level: "info", message: "ready" },
  "service.stopping": { level: "info", message: "stopping: finishing what is in hand" },
  "service.stopped": { level: "info", message: "stopped" },
  "service.failed": { level: "fatal", message: "could not go on" },
  "log.file_failed": { level: "warn", message: "the log file can't be written; standard output has every line" },
  "log.file_restored": { level: "info", message: "the log file is written again" },
  "database.connection_lost": { level: "warn", message: "a database connection broke; the pool replaces it" },
  "http.failed": { level: "error", message: "a request failed unexpectedly" },
  "http.unavailable": { level: "warn", message: "a request was refused: a dependency is away" },
  "gift.created": { level: "info", message: "gift created" },
  "send.accepted": { level: "info", message: "send request accepted" },
  "send.replayed": { level: "info", message: "send request replayed" },
  "send.conflicted": { level: "info", message: "send request refused: the gift has left CREATED" },
  "send.sent": { level: "info", message: "gift sent" },
  "send.retried": { level: "warn", message: "send attempt failed; it will be made again" },
  "send.failed": { level: "error", message: "gift failed" },
  "send.duplicate": { level: "info", message: "message ignored: this send has its outcome already" },
  "send.stale": { level: "info", message: "message ignored: the gift is on another send request" },
  "send.unparsable": { level: "error", message: "message can't be read; it goes to the dead-letter queue" },
  "send.unknown_gift": { level: "error", message: "message names no gift; it goes to the dead-letter queue" },
  "outbox.left_behind": { level: "warn", message: "a message was not published at once; the outbox sweep will" },
  "outbox.swept": { level: "info", message: "the outbox sweep published messages that were left behind" },
  "outbox.blocked": { level: "error", message: "the outbox can't be published; it will be tried again" },
  "dead_letter.recorded": { level: "error", message: "dead letter recorded" },
  "notification.sent": { level: "info", message: "people were told of dead letters" },
  "notification.failed": { level: "warn", message: "people could not be told of dead letters; it will be tried again" },
  "notification.dropped": {
    level: "warn",
    message: "people will not be told of some dead letters; the rows are there",
  },
  "consumer.poll_failed": { level: "warn", message: "receiving failed; polling backs off" },
  "consumer.handler_failed": { level: "error", message: "a handler failed unexpectedly; the message will come back" },
  "consumer.lease_lost": { level: "warn", message: "the lease of a message was lost; its handler was aborted" },
  "consumer.acknowledge_failed": { level: "warn", message: "an acknowledgement failed; the message will come back" },
  "consumer.circuit_opened": { level: "error", message: "nearly everything fails: polling is paused" },
  "consumer.circuit_closed": { level: "info", message: "polling again" },
  "console.listening": { level: "info", message: "the operator page can be opened" },
  "console.sign_in_refused": { level: "warn", message: "someone tried to sign in to the operator page" },
  "console.changed": { level: "info", message: "an operator changed something through the operator page" },
  "task_protection.failed": { level: "warn", message: "ECS did not change the task's scale-in protection" },
} as const satisfies Record<string, { level: "info" | "warn" | "error" | "fatal"; message: string }>;

export type LogEventName = keyof typeof logEvents;
