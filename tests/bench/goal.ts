export interface Goal {
  readonly what: string;
  /** Left out where the goal is a number by itself. */
  readonly against?: string;
  readonly unit: Unit;
  readonly bound: "at least" | "at most";
  /** The goal, and what comes after it has been reached. */
  readonly figures: readonly [number, ...number[]];
}

/** Ratios are written so that more is better for us, except where the unit says "of". */
export type Unit = "×" | "ms" | "s" | "MB" | "calls per gift" | "of its CPU";

const perMessage = "sqs-consumer, one message per handler call";
const batches = "sqs-consumer, its batch handler at its best setting";
const oneRow = "pgbench, one row at a time";

/** What "the fastest way to do this job" means in numbers, on one machine with two cores. */
export const goals = {
  "http-post": {
    what: "POST with JSON validation, CPU per request",
    against: "Fastify doing the same",
    unit: "×",
    bound: "at least",
    figures: [1],
  },
  create: {
    what: "POST /gifts over HTTP, 64 connections",
    against: "pgbench, the one-row prepared insert",
    unit: "×",
    bound: "at least",
    figures: [1],
  },
  send: {
    what: "POST …/send over HTTP, 64 connections",
    against: "pgbench, the same work as one prepared statement",
    unit: "×",
    bound: "at least",
    figures: [1, 1.5],
  },
  "batched-insert": {
    what: "insert inside the process",
    against: oneRow,
    unit: "×",
    bound: "at least",
    figures: [3.5],
  },
  "batched-send": { what: "send inside the process", against: oneRow, unit: "×", bound: "at least", figures: [2.2] },
  "batched-sent": { what: "SENT inside the process", against: oneRow, unit: "×", bound: "at least", figures: [3] },
  "drain-none": { what: "drain, no-op", against: perMessage, unit: "×", bound: "at least", figures: [4] },
  "drain-5ms": { what: "drain, 5 ms", against: perMessage, unit: "×", bound: "at least", figures: [4] },
  "drain-slow": {
    what: "drain, 5 ms, 5 % take 300",
    against: perMessage,
    unit: "×",
    bound: "at least",
    figures: [5.5],
  },
  "drain-none-batch": { what: "drain, no-op", against: batches, unit: "×", bound: "at least", figures: [1.1] },
  "drain-5ms-batch": { what: "drain, 5 ms", against: batches, unit: "×", bound: "at least", figures: [1.4] },
  "drain-slow-batch": {
    what: "drain, 5 ms, 5 % take 300",
    against: batches,
    unit: "×",
    bound: "at least",
    figures: [5],
  },
  "worker-processor": {
    what: "worker's CPU per gift, no-op send",
    against: batches,
    unit: "of its CPU",
    bound: "at most",
    figures: [0.6, 0.3],
  },
  "end-to-end-graphile-worker": {
    what: "accept → SENT throughput, everything included",
    against: "the same service on graphile-worker",
    unit: "×",
    bound: "at least",
    figures: [1],
  },
  "end-to-end-pg-boss": {
    what: "accept → SENT throughput, everything included",
    against: "the same service on pg-boss",
    unit: "×",
    bound: "at least",
    figures: [1],
  },
  "latency-p50": { what: "accept → SENT at half load, p50", unit: "ms", bound: "at most", figures: [15] },
  "latency-p99": { what: "accept → SENT at half load, p99", unit: "ms", bound: "at most", figures: [60] },
  "calls-api": { what: "SQS calls per gift, API", unit: "calls per gift", bound: "at most", figures: [0.12] },
  "calls-worker": { what: "SQS calls per gift, worker", unit: "calls per gift", bound: "at most", figures: [0.22] },
  "low-load": {
    what: "one request at low load, added by batching",
    against: "unbatched",
    unit: "ms",
    bound: "at most",
    figures: [0.2],
  },
  telemetry: { what: "throughput with telemetry", against: "without", unit: "×", bound: "at least", figures: [0.75] },
  "memory-api": { what: "resident after 100,000 gifts, API", unit: "MB", bound: "at most", figures: [130] },
  "memory-worker": { what: "resident after 100,000 gifts, worker", unit: "MB", bound: "at most", figures: [130] },
  start: { what: "API start to ready, warm", unit: "s", bound: "at most", figures: [0.8] },
  "growth-gifts": { what: "sends at 10⁷ gifts", against: "at 10⁴", unit: "×", bound: "at least", figures: [0.9] },
  "growth-workers": {
    what: "4 workers with 20 ms handlers",
    against: "1 worker",
    unit: "×",
    bound: "at least",
    figures: [3.5],
  },
} as const satisfies Record<string, Goal>;

export type GoalName = keyof typeof goals;
