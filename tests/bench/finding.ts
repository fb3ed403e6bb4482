import type { GoalName, Unit } from "./goal.ts";
import { type Rounds, spreadOver } from "./measure/alternate.ts";
import type { Spread } from "./measure/spread.ts";

/** What one side did. */
export interface SideFigures {
  readonly name: string;
  readonly perSecond: Spread;
  /** Microseconds per operation, by process. */
  readonly processor: Readonly<Record<string, Spread>>;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: Spread;
}

/** How something changes with size. */
export interface Curve {
  /** What y is, with its unit. */
  readonly title: string;
  readonly xName: string;
  readonly points: readonly CurvePoint[];
}

/** One answer of a bench. */
export interface Finding {
  readonly bench: string;
  /** Absent for what is measured without a goal. */
  readonly goal?: GoalName;
  readonly what: string;
  readonly unit: Unit | "per second";
  readonly value: Spread;
  readonly sides?: readonly SideFigures[];
  readonly curve?: Curve;
  /** Others needed the machine in so many rounds that none could be left out. */
  readonly isDisturbed?: boolean;
  /** What must be known to read the figure, in a sentence. */
  readonly note?: string;
}

/** Each side's rate and CPU, for the lines below a ratio. */
export function sidesOf(rounds: Rounds): readonly SideFigures[] {
  return Array.from(rounds.sides, ([name, samples]) => {
    const processes = Object.keys(samples[0]?.processor ?? {});
    return {
      name,
      perSecond: spreadOver(rounds, name, (sample) => sample.perSecond),
      processor: Object.fromEntries(
        processes.map((process) => [
          process,
          spreadOver(rounds, name, (sample) => sample.processor[process] ?? Number.NaN),
        ]),
      ),
    };
  });
}
