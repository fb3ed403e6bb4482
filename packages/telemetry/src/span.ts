/**
 * Every span that our own code starts: the only place where their names are written. The tracer adds `web.request` per HTTP
 * request and `pg.query` per statement.
 */
export const spans = {
  "sqs.send": { kind: "producer", tells: "one committed message on its way to SQS, in the trace that committed it" },
  "sqs.process": {
    kind: "consumer",
    tells: "one delivery of a message; a redelivery is another span of the same trace",
  },
} as const satisfies Record<string, { kind: "producer" | "consumer"; tells: string }>;

export type SpanName = keyof typeof spans;
