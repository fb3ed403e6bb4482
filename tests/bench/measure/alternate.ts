import type { Sample } from "./sample.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** One of the things compared. */
export interface Side {
  readonly name: string;
  /** Lays out what the next load uses up, off the clock. */
  prepare?(seconds: number): Promise<void>;
  /** Works for about so long and measures it. */
  load(seconds: number): Promise<Sample>;
}

export interface Alternation {
  readonly rounds: number;
  readonly seconds: number;
  /** The first load of each side, which compiles and fills caches, and doesn't count; 0 leaves it out. */
  readonly warmUpSeconds: number;
  readonly say: (text: string) => void;
}

/** The samples of each side, by round. */
export interface Rounds {
  readonly sides: ReadonlyMap<string, readonly Sample[]>;
  /** Rounds in which nobody else needed the machine, or all of them when those are too few. */
  readonly counted: readonly number[];
  readonly total: number;
  readonly isDisturbed: boolean;
}

/** More than this of the machine taken by others, and a round says nothing about the sides. */
const mostForeignCores = 0.15;

/**
 * Loads the sides in turn, round by round, in alternating order: what the machine does meanwhile meets both alike.
 * @param sides at least one
 */
export async function alternate(sides: readonly Side[], options: Alternation): Promise<Rounds> {
  const samples = new Map<string, Sample[]>(sides.map(({ name }) => [name, []]));
  const warmedUp = options.warmUpSeconds > 0 ? sides : [];
  for (const side of warmedUp) await loadOnce(side, options.warmUpSeconds, `warming up ${side.name}`, options);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const text = `round ${round + 1} of ${options.rounds}: ${side.name}`;
      samples.get(side.name)?.push(await loadOnce(side, options.seconds, text, options));
    }
  }
  return withoutDisturbed(samples, options.rounds);
}

async function loadOnce(side: Side, seconds: number, text: string, { say }: Alternation): Promise<Sample> {
  say(text);
  await side.prepare?.(seconds);
  const sample = await side.load(seconds);
  if (sample.operations === 0) throw new Error(`${side.name} did nothing in ${seconds} s`);
  return sample;
}

/** A round counts or not as a whole: its sides are only comparable with each other. */
export function withoutDisturbed(samples: ReadonlyMap<string, readonly Sample[]>, total: number): Rounds {
  const all = Array.from({ length: total }, (_, round) => round);
  const isQuiet = (sample: Sample | undefined) => !((sample?.foreignCores ?? 0) > mostForeignCores);
  const quiet = all.filter((round) => Array.from(samples.values()).every((each) => isQuiet(each[round])));
  const isDisturbed = quiet.length < Math.ceil(total / 2);
  return { sides: samples, counted: isDisturbed ? all : quiet, total, isDisturbed };
}

/** What one side's samples say, over the rounds that count. */
export function spreadOver(rounds: Rounds, side: string, read: (sample: Sample) => number): Spread {
  return spreadOf(countedOf(rounds, side).map(read));
}

/** One side in proportion to another, round by round: a slow second slows both. */
export function ratioOver(
  rounds: Rounds,
  [one, other]: readonly [string, string],
  read: (sample: Sample) => number,
): Spread {
  const [ones, others] = [countedOf(rounds, one), countedOf(rounds, other)];
  return spreadOf(ones.map((sample, index) => read(sample) / readAt(others, index, read)));
}

function readAt(samples: readonly Sample[], index: number, read: (sample: Sample) => number): number {
  const sample = samples[index];
  return sample ? read(sample) : Number.NaN;
}

function countedOf({ sides, counted }: Rounds, side: string): readonly Sample[] {
  const samples = sides.get(side) ?? [];
  return counted.flatMap((round) => samples[round] ?? []);
}
