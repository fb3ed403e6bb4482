import type { GiftStatus } from "@gift/core/gift/gift.state";
import fc from "fast-check";
import type { DatabaseFaults } from "../lifecycle/program.ts";

/** A gift as the crowd finds it. */
export interface GiftPlan {
  readonly status: GiftStatus;
  readonly owner: "me" | "you" | null;
  /** Whether an earlier request of it has FAILED and was redriven. Means nothing while it is CREATED. */
  readonly isRedriven: boolean;
}

/** One call of many. What its fields mean is the scene's to say. */
export interface Call {
  readonly atMilliseconds: number;
  /** Which gift; one past the last is a gift that doesn't exist. */
  readonly gift: number;
  readonly request: number;
  readonly who: "me" | "you" | "anybody";
  readonly number: number;
}

export const sceneNames = ["create", "send", "begin", "mark"] as const;

export interface CrowdProgram {
  readonly scene: (typeof sceneNames)[number];
  readonly seed: number;
  readonly gifts: readonly GiftPlan[];
  readonly calls: readonly Call[];
  readonly database: DatabaseFaults;
}

/** A statement is on its way for 1 to 7 ms: what comes meanwhile travels together. */
const call = fc.record<Call>({
  atMilliseconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 })),
  gift: fc.nat({ max: 5 }),
  request: fc.nat({ max: 2 }),
  who: fc.constantFrom("me", "you", "anybody"),
  number: fc.nat({ max: 9 }),
});

const share = (...shares: number[]) => fc.oneof(fc.constant(0), fc.constantFrom(...shares));

/**
 * Many who ask for the same few gifts at the same moment, on a database that may be away, or hang up after the work.
 */
export const crowdProgram = fc.record<CrowdProgram>({
  scene: fc.constantFrom(...sceneNames),
  seed: fc.nat(),
  gifts: fc.array(
    fc.record<GiftPlan>({
      status: fc.constantFrom("CREATED", "QUEUED", "QUEUED", "SENT", "FAILED"),
      owner: fc.constantFrom("me", "you", null),
      isRedriven: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  calls: fc.array(call, { minLength: 1, maxLength: 30, size: "max" }),
  database: fc.oneof(
    fc.constant<DatabaseFaults>({ away: 0, answerLost: 0 }),
    fc.record<DatabaseFaults>({ away: share(0.1, 0.4), answerLost: share(0.1, 0.4) }),
  ),
});
