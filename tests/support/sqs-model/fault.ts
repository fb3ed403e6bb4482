import type { Random } from "../virtual-time/random.ts";

/** What goes wrong, as shares from 0 to 1 of the cases in which it could. */
export interface Faults {
  /** A message handed out stays visible all the same: another of SQS's servers still has it. */
  readonly duplicate: number;
  /** A receive looks at the messages in another order. */
  readonly reorder: number;
  /** A delete is confirmed, and the message comes back: a server missed it. */
  readonly undeleted: number;
  /** A call is refused with RequestThrottled. */
  readonly throttle: number;
  /** An entry of a batch fails on SQS's side while the call succeeds. */
  readonly failEntry: number;
  /** A call hangs and never reaches SQS. */
  readonly loseCall: number;
  /** SQS does what the call asks, and the answer never arrives. */
  readonly loseAnswer: number;
}

export const noFaults: Faults = {
  duplicate: 0,
  reorder: 0,
  undeleted: 0,
  throttle: 0,
  failEntry: 0,
  loseCall: 0,
  loseAnswer: 0,
};

/** Draws faults, and counts those that happened. */
export class FaultDice {
  readonly #random: Random;
  readonly counts: Record<keyof Faults, number> = { ...noFaults };
  /** Replace it to heal. */
  faults: Faults;

  constructor(faults: Faults, random: Random) {
    this.faults = faults;
    this.#random = random;
  }

  happens(fault: keyof Faults): boolean {
    // Drawn even where the share is 0, so that healing one fault doesn't move all the others.
    const happens = this.#random() < this.faults[fault];
    if (happens) this.counts[fault] += 1;
    return happens;
  }

  get random(): Random {
    return this.#random;
  }
}
