import fc from "fast-check";
import { type Faults, noFaults } from "../../support/sqs-model/fault.ts";

/** How the handler ends one delivery of a message, after so many milliseconds. */
export interface Step {
  readonly ends: "acknowledge" | "throw" | "retry" | "release";
  readonly afterMilliseconds: number;
  /** For `retry`; undefined leaves the delay to the consumer's backoff. */
  readonly retrySeconds: number | undefined;
  /** Doesn't listen to the abort signal. */
  readonly isDeaf: boolean;
}

export interface MessageProgram {
  readonly sentAtMilliseconds: number;
  /** One step per delivery; what comes after the last is acknowledged at once. */
  readonly steps: readonly Step[];
}

/** What happens to a consumer's process. It starts again afterwards. */
export interface Mishap {
  readonly atMilliseconds: number;
  readonly consumer: number;
  readonly kind: "kill" | "freeze" | "stop";
  /** How long it stays frozen, or away. */
  readonly forMilliseconds: number;
}

export interface ConsumerProgram {
  readonly seed: number;
  readonly consumers: number;
  readonly slots: number;
  readonly prefetch: number;
  readonly receivers: number;
  readonly waitTimeSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly handlerTimeoutSeconds: number;
  /** Undefined: no dead-letter queue. */
  readonly maxReceiveCount: number | undefined;
  readonly backoff: { readonly baseSeconds: number; readonly factor: number; readonly capSeconds: number };
  readonly stopSeconds: number;
  readonly faults: Faults;
  readonly messages: readonly MessageProgram[];
  readonly mishaps: readonly Mishap[];
}

const step = fc.record<Step>({
  ends: fc.constantFrom("acknowledge", "throw", "retry", "release"),
  afterMilliseconds: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 500 }),
    fc.integer({ min: 1_000, max: 60_000 }),
  ),
  retrySeconds: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
  isDeaf: fc.boolean(),
});

const share = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(0.05, 0.2, 0.4) },
);

const faults = fc.record<Faults>({
  duplicate: share,
  reorder: share,
  undeleted: share,
  throttle: share,
  failEntry: share,
  loseCall: share,
  loseAnswer: share,
});

const mishap = fc.record<Mishap>({
  atMilliseconds: fc.integer({ min: 0, max: 90_000 }),
  consumer: fc.nat({ max: 2 }),
  kind: fc.constantFrom("kill", "freeze", "stop"),
  forMilliseconds: fc.integer({ min: 1, max: 60_000 }),
});

/** Random programs of everything that can happen to a queue and its consumers. */
export const consumerProgram = fc.record<ConsumerProgram>({
  seed: fc.nat(),
  consumers: fc.integer({ min: 1, max: 3 }),
  slots: fc.integer({ min: 1, max: 5 }),
  prefetch: fc.integer({ min: 0, max: 5 }),
  receivers: fc.integer({ min: 1, max: 3 }),
  waitTimeSeconds: fc.constantFrom(0, 1, 20),
  visibilityTimeoutSeconds: fc.integer({ min: 4, max: 30 }),
  handlerTimeoutSeconds: fc.constantFrom(2, 25),
  maxReceiveCount: fc.option(fc.integer({ min: 2, max: 5 }), { nil: undefined }),
  backoff: fc.record({
    baseSeconds: fc.integer({ min: 0, max: 10 }),
    factor: fc.integer({ min: 1, max: 3 }),
    capSeconds: fc.integer({ min: 1, max: 60 }),
  }),
  stopSeconds: fc.constantFrom(1, 10, 55),
  faults: fc.oneof(fc.constant(noFaults), faults),
  messages: fc.array(
    fc.record<MessageProgram>({
      sentAtMilliseconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
      steps: fc.array(step, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 25 },
  ),
  mishaps: fc.array(mishap, { maxLength: 4 }),
});
