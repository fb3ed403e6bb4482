import type { MetricTag, TagValue } from "./metric-tag.ts";

/**
 * Every metric that the service emits: the only place where their names are written. Monitors, the dashboard and
 * docs/observability.md read this table, so a monitor can't watch a number that nothing counts.
 */
export const metrics = {
  "gift.http.responses": {
    kind: "count",
    unit: "request",
    tags: ["operation", "status_class", "is_fast"],
    tells:
      "requests answered, health checks left out; `is_fast` is `true` under 300 ms, `status_class` is `none` when the client left before its answer",
  },
  "gift.http.duration": {
    kind: "distribution",
    unit: "second",
    tags: ["operation", "status_class"],
    tells: "from a request's headers to the end of its answer",
  },
  "gift.created": { kind: "count", unit: "gift", tags: [], tells: "gifts created" },
  "gift.send.accepted": { kind: "count", unit: "send request", tags: [], tells: "send requests answered with 202" },
  "gift.send.replayed": { kind: "count", unit: "send request", tags: [], tells: "repeated keys, answered again" },
  "gift.send.conflicted": {
    kind: "count",
    unit: "send request",
    tags: [],
    tells: "send requests refused because the gift has left CREATED",
  },
  "gift.send.sent": {
    kind: "count",
    unit: "gift",
    tags: ["is_in_time"],
    tells: "gifts that reached SENT; `is_in_time` is `true` within 5 minutes of the accepted send or of the redrive",
  },
  "gift.send.failed": {
    kind: "count",
    unit: "gift",
    tags: ["error_code"],
    tells: "gifts that reached FAILED, moved by the worker or by the dead-letter handler",
  },
  "gift.send.retried": {
    kind: "count",
    unit: "attempt",
    tags: ["error_code"],
    tells: "attempts that failed and will be made again",
  },
  "gift.send.duplicate": {
    kind: "count",
    unit: "message",
    tags: [],
    tells: "messages ignored because their send has its outcome",
  },
  "gift.send.stale": {
    kind: "count",
    unit: "message",
    tags: [],
    tells: "messages ignored because the gift is on another send request",
  },
  "gift.send.latency": {
    kind: "distribution",
    unit: "second",
    tags: [],
    tells: "from the accepted send request (after a redrive: from that) to SENT, by the database's clock",
  },
  "gift.queue.wait": {
    kind: "distribution",
    unit: "second",
    tags: ["queue"],
    tells: "from the publish of a message to its first receive; backoffs of later receives are not in it",
  },
  "gift.handler.duration": {
    kind: "distribution",
    unit: "second",
    tags: ["queue", "verdict"],
    tells: "one message in a slot, from start to its verdict",
  },
  "gift.slots.busy": {
    kind: "gauge",
    unit: "message",
    tags: ["queue"],
    tells: "messages in hand; at the fleet's `slots` for long, workers are the bottleneck",
  },
  "gift.circuit.open": {
    kind: "gauge",
    unit: "1",
    tags: ["queue"],
    tells:
      "1 while a consumer has stopped polling because nearly everything fails, or tries one message; 0 otherwise, also while there is none to try",
  },
  "gift.outbox.published": {
    kind: "count",
    unit: "message",
    tags: ["by"],
    tells: "messages that SQS accepted, by `api` or `sweep`",
  },
  "gift.outbox.depth": {
    kind: "gauge",
    unit: "message",
    tags: ["queue"],
    tells:
      "committed messages that SQS hasn't got; near 0 when all is well. Each task of the outbox role reports the same number: take the maximum",
  },
  "gift.outbox.oldest_age": {
    kind: "gauge",
    unit: "second",
    tags: ["queue"],
    tells: "age of the oldest of them, 0 when there is none; take the maximum",
  },
  "gift.send.oldest_queued": {
    kind: "gauge",
    unit: "second",
    tags: [],
    tells:
      "how long ago the longest QUEUED gift's send was accepted, 0 when none is QUEUED; reported by the outbox role: take the maximum",
  },
  "gift.dead_letter.recorded": { kind: "count", unit: "message", tags: ["queue"], tells: "new dead letters" },
  "gift.dead_letter.open": {
    kind: "gauge",
    unit: "message",
    tags: [],
    tells: "dead letters that nobody has redriven or discarded; reported by the outbox role: take the maximum",
  },
  "gift.database.pool_wait": {
    kind: "distribution",
    unit: "second",
    tags: ["pool"],
    tells:
      "a statement's wait for a connection, opening one included; above a few milliseconds the pool is the bottleneck",
  },
  "gift.database.pool_waiting": {
    kind: "gauge",
    unit: "statement",
    tags: ["pool"],
    tells: "statements that wait for a connection",
  },
  "gift.log.dropped": {
    kind: "count",
    unit: "line",
    tags: [],
    tells: "log lines that the file which the agent reads didn't take; standard output has them",
  },
} as const satisfies Record<string, Metric>;

/** What a row of the table says. Units are Datadog's where it has one. */
export interface Metric {
  readonly kind: "count" | "gauge" | "distribution";
  readonly unit: string;
  readonly tags: readonly MetricTag[];
  readonly tells: string;
}

export type MetricName = keyof typeof metrics;

/** The metrics of one kind. */
export type NameOf<Kind extends Metric["kind"]> = {
  [Name in MetricName]: (typeof metrics)[Name]["kind"] extends Kind ? Name : never;
}[MetricName];

/** A value for each of the metric's tags. */
export type TagsOf<Name extends MetricName> = {
  readonly [Tag in (typeof metrics)[Name]["tags"][number]]: TagValue<Tag>;
};
