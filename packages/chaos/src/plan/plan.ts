import { createRandom } from "@gift/rehearsal/random";
import { type FaultKind, faultKinds, type Length, type Target, type Way } from "./fault-kind.ts";

/** One fault of a plan. Times are in milliseconds from the start of the load. */
export interface Fault {
  readonly target: Target;
  readonly way: Way;
  readonly startsAtMilliseconds: number;
  /** 0 for what happens in a moment. */
  readonly lastsMilliseconds: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly minutes: number;
  /** How long SQS hides a message that was received. */
  readonly leaseSeconds: number;
}

/** All is well at first, so that there is something to damage. */
const calmMilliseconds = 2_000;
/** Between two faults: as tight as needed to fit all kinds into a short run, and no looser than this. */
const gap = { leastMilliseconds: 600, mostMilliseconds: 6_000 };
/** A frozen process wakes up when its messages are another's since so many seconds. */
const pastLeaseSeconds = { least: 1, most: 4 };

/**
 * Plans the faults of a run. They overlap, except on one target; the last one is over when the time is.
 * @returns the same plan for the same options, in the order of its beginnings
 */
export function planFaults({ seed, minutes, leaseSeconds }: PlanOptions): readonly Fault[] {
  const random = createRandom(seed);
  const endsAt = minutes * 60_000;
  const meanGap = clamp((endsAt - calmMilliseconds) / (faultKinds.length + 1), gap);
  const faults: Fault[] = [];
  const busyUntil = new Map<Target, number>();
  let now = calmMilliseconds;
  for (let round = 0; now < endsAt; round += 1)
    for (const kind of shuffled(random)) {
      const target = kind.targets[Math.floor(random() * kind.targets.length)] ?? "api";
      const lastsMilliseconds = Math.round(lengthOf(kind, leaseSeconds, random) * 1_000);
      const free = busyUntil.get(target) ?? 0;
      const wanted = Math.max(now, free + gap.leastMilliseconds);
      // In the first round, what would come too late comes as late as possible: no kind is left out for being long.
      const startsAtMilliseconds = Math.round(round === 0 ? Math.min(wanted, endsAt - lastsMilliseconds) : wanted);
      now += meanGap * (0.5 + random());
      if (startsAtMilliseconds < free || startsAtMilliseconds + lastsMilliseconds > endsAt) continue;
      busyUntil.set(target, startsAtMilliseconds + lastsMilliseconds);
      faults.push({ target, way: kind.way, startsAtMilliseconds, lastsMilliseconds });
    }
  return faults.toSorted((a, b) => a.startsAtMilliseconds - b.startsAtMilliseconds);
}

/** Whether a run is long enough for every kind of fault. */
export function occursIn(plan: readonly Fault[], { targets, way }: FaultKind): boolean {
  return plan.some((fault) => fault.way === way && targets.includes(fault.target));
}

function lengthOf({ length }: FaultKind, leaseSeconds: number, random: () => number): number {
  const { least, most } = boundsOf(length, leaseSeconds);
  return least + random() * (most - least);
}

function boundsOf(length: Length, leaseSeconds: number): { readonly least: number; readonly most: number } {
  if (length === "moment") return { least: 0, most: 0 };
  if (length !== "past-lease") return length;
  return { least: leaseSeconds + pastLeaseSeconds.least, most: leaseSeconds + pastLeaseSeconds.most };
}

/** What lasts comes early in a round, where a short run still has room for it. */
function shuffled(random: () => number): readonly FaultKind[] {
  return faultKinds
    .map((kind) => ({ kind, order: random() * (kind.length === "moment" ? 1 : 0.5) }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ kind }) => kind);
}

function clamp(value: number, { leastMilliseconds, mostMilliseconds }: typeof gap): number {
  return Math.min(Math.max(value, leastMilliseconds), mostMilliseconds);
}
