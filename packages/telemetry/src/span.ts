/** Every span that the service starts, and the only home of their names. The tracer adds `pg.query` per statement. */
export const spans = {
  "web.request": { kind: "server", tells: "one request to the API, from its headers to its answer" },
  "sqs.send": { kind: "producer", tells: "one committed message on its way to SQS, in the trace that committed it" },
  "sqs.process": {
    kind: "consumer",
    tells: "one delivery of a message; a redelivery is another span of the same trace",
  },
} as const satisfies Record<string, { kind: "server" | "producer" | "consumer"; tells: string }>;

export type SpanName = keyof typeof spans;
