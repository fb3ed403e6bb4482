import fc from "fast-check";
import { type Faults, noFaults } from "../../support/sqs-model/fault.ts";

/** Which process something happens to. */
export const processNames = ["api", "outbox", "worker 1", "worker 2", "dead letters"] as const;

export type ProcessName = (typeof processNames)[number];

/** A client asks for a gift to be sent. The same key again is a replay, another one a conflict. */
export interface SendStep {
  readonly atMilliseconds: number;
  readonly gift: number;
  readonly key: number;
}

export interface Mishap {
  readonly atMilliseconds: number;
  readonly process: ProcessName;
  readonly kind: "kill" | "freeze" | "stop";
  /** How long it stays frozen, or away. */
  readonly forMilliseconds: number;
}

/** Shares, 0 to 1, of the calls of a provider that go wrong. */
export interface ProviderFaults {
  /** It fails and does nothing. */
  readonly unavailable: number;
  /** It delivers, and the answer is lost. */
  readonly answerLost: number;
  /** It refuses the gift for good. */
  readonly refused: number;
  /** It takes 5 s or more, at most as long as a provider may. */
  readonly slow: number;
}

/** Shares of the statements that go wrong. */
export interface DatabaseFaults {
  /** The connection is refused. */
  readonly away: number;
  /** Postgres does it, and the connection breaks before the answer. */
  readonly answerLost: number;
}

export interface LifecycleProgram {
  readonly seed: number;
  readonly gifts: number;
  readonly sends: readonly SendStep[];
  readonly mishaps: readonly Mishap[];
  readonly sqs: Faults;
  readonly provider: ProviderFaults;
  readonly database: DatabaseFaults;
  /** SQS refuses every call in this span. */
  readonly sqsOutage: { readonly fromMilliseconds: number; readonly forMilliseconds: number } | undefined;
  readonly maxReceiveCount: number;
  readonly visibilityTimeoutSeconds: number;
  readonly slots: number;
  /** How often an operator redrives what has FAILED, and how often per gift. */
  readonly redrive: { readonly everyMilliseconds: number; readonly mostPerGift: number };
}

/** By then every step is done and every mishap over; from then on nothing fails. */
export const healedAfterMilliseconds = 110_000;

const share = (...shares: number[]) => fc.oneof(fc.constant(0), fc.constantFrom(...shares));

const sqs = fc.record<Faults>({
  duplicate: share(0.1, 0.4),
  reorder: share(0.5),
  undeleted: share(0.2, 0.5),
  throttle: share(0.1, 0.3),
  failEntry: share(0.1, 0.3),
  loseCall: share(0.05, 0.2),
  loseAnswer: share(0.05, 0.2),
});

const provider = fc.record<ProviderFaults>({
  unavailable: share(0.2, 0.6, 1),
  answerLost: share(0.2, 0.5),
  refused: share(0.1, 0.5),
  slow: share(0.1, 0.5),
});

const mishap = fc.record<Mishap>({
  // Most sends take a fifth of a second: half of the mishaps fall into it.
  atMilliseconds: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 30_000 })),
  process: fc.constantFrom(...processNames),
  kind: fc.constantFrom("kill", "freeze", "stop"),
  forMilliseconds: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 2_000, max: 25_000 })),
});

/** Anything may happen to anyone. */
const misfortune = fc.record<LifecycleProgram>({
  seed: fc.nat(),
  gifts: fc.integer({ min: 1, max: 4 }),
  sends: fc.array(
    fc.record<SendStep>({
      atMilliseconds: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 30_000 })),
      gift: fc.nat({ max: 3 }),
      key: fc.nat({ max: 1 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  mishaps: fc.array(mishap, { maxLength: 4 }),
  sqs: fc.oneof(fc.constant(noFaults), sqs),
  provider,
  database: fc.record<DatabaseFaults>({ away: share(0.1, 0.3, 0.5), answerLost: share(0.1, 0.3) }),
  sqsOutage: fc.option(
    fc.record({
      fromMilliseconds: fc.integer({ min: 0, max: 20_000 }),
      forMilliseconds: fc.integer({ min: 100, max: 20_000 }),
    }),
    { nil: undefined },
  ),
  maxReceiveCount: fc.integer({ min: 2, max: 5 }),
  visibilityTimeoutSeconds: fc.constantFrom(3, 10, 30),
  slots: fc.integer({ min: 1, max: 4 }),
  redrive: fc.record({
    everyMilliseconds: fc.constantFrom(2_000, 10_000),
    mostPerGift: fc.integer({ min: 0, max: 2 }),
  }),
});

/**
 * What the fencing token is for, and what hardly happens by chance: one delivery is slow, its duplicate fails for good,
 * an operator redrives at once, and then the first one ends.
 */
const overtaking: fc.Arbitrary<LifecycleProgram> = misfortune.map((program) => ({
  ...program,
  mishaps: [],
  sqs: { ...noFaults, duplicate: 0.7 },
  provider: { unavailable: 0, answerLost: program.provider.answerLost, refused: 0.5, slow: 0.5 },
  database: { away: 0, answerLost: 0 },
  sqsOutage: undefined,
  maxReceiveCount: 5,
  visibilityTimeoutSeconds: 30,
  redrive: { everyMilliseconds: 2_000, mostPerGift: 2 },
}));

/** We hang up on a call for the last time, an operator redrives at once, and the provider is still at it. */
const hungUp: fc.Arbitrary<LifecycleProgram> = overtaking.map((program) => ({
  ...program,
  sqs: noFaults,
  provider: { unavailable: 0, answerLost: 0, refused: 0, slow: 0.5 },
  maxReceiveCount: 1,
  slots: 4,
}));

/** A worker freezes as an attempt begins, and wakes up when SQS has given it up, and a redrive has sent it. */
const thawed: fc.Arbitrary<LifecycleProgram> = fc
  .tuple(hungUp, fc.noBias(fc.integer({ min: 15, max: 60 })), fc.integer({ min: 70_000, max: 100_000 }))
  .map(([program, atMilliseconds, forMilliseconds]) => ({
    ...program,
    gifts: 4,
    sends: [0, 1, 2, 3].map((gift) => ({ atMilliseconds: 10 * gift, gift, key: 0 })),
    mishaps: [{ atMilliseconds, process: "worker 1", kind: "freeze", forMilliseconds }],
    provider: { unavailable: 0, answerLost: 0, refused: 0, slow: 0 },
    visibilityTimeoutSeconds: 3,
  }));

/** Random programs of clients, operators and misfortune. */
export const lifecycleProgram = fc.oneof(
  { weight: 3, arbitrary: misfortune },
  { weight: 1, arbitrary: overtaking },
  { weight: 1, arbitrary: hungUp },
  { weight: 1, arbitrary: thawed },
);
