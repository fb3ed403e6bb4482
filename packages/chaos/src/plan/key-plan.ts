import { createRandom } from "@gift/rehearsal/random";
import type { PlanOptions } from "./plan.ts";

/** When keys change, in milliseconds from the start of the load. */
export interface KeyPlan {
  readonly rotateAtMilliseconds: number;
  readonly revokeAtMilliseconds: number;
  /** How long both keys of a rotation are right. */
  readonly overlapSeconds: number;
}

/** A chance of its own: what is done to keys leaves the faults of a seed as they are. */
const keySeed = 0x51ed270b;

/** Twice what a client waits for an answer: what it asked with the old key just before is answered by its end. */
const overlapSeconds = 20;

/** Where in a run each may come. An overlap has to pass after the rotation, which no run should have to wait for. */
const rotation = { least: 0.1, most: 0.4 };
const revocation = { least: 0.1, most: 0.9 };

/** @returns the same plan for the same options */
export function planKeys({ seed, minutes }: Pick<PlanOptions, "seed" | "minutes">): KeyPlan {
  const random = createRandom(seed ^ keySeed);
  const instant = ({ least, most }: typeof rotation) =>
    Math.round((least + random() * (most - least)) * minutes * 60_000);
  return { rotateAtMilliseconds: instant(rotation), revokeAtMilliseconds: instant(revocation), overlapSeconds };
}
