import { UsageError } from "./usage-error.ts";

/**
 * Reads a whole number given on the command line.
 * @throws UsageError naming the flag and what it takes
 */
export function wholeNumber(flag: string, given: string, least: number, most: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${flag} ${quoted(given)} can't be used: give a whole number from ${least} to ${most}.`);
}

/**
 * Reads a number with a fraction given on the command line.
 * @throws UsageError naming the flag and what it takes
 */
export function fraction(flag: string, given: string, least: number, most: number): number {
  const value = /^\d*\.?\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${flag} ${quoted(given)} can't be used: give a number from ${least} to ${most}, e.g. 0.2.`);
}

/**
 * Reads one of several words given on the command line.
 * @throws UsageError naming the flag and the words
 */
export function oneOf<Word extends string>(flag: string, given: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  throw new UsageError(
    `${flag} ${quoted(given)} can't be used: give ${words.slice(0, -1).join(", ")} or ${words.at(-1)}.`,
  );
}

/**
 * Reads a web address given by a flag or an environment variable.
 * @returns the origin and path, without a slash at the end
 * @throws UsageError naming where it was given
 */
export function webAddress(source: string, given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.href.replace(/\/$/, "");
  throw new UsageError(`${source} ${quoted(given)} can't be used: give an address like http://127.0.0.1:3000.`);
}

function quoted(given: string): string {
  return given === "" ? "(empty)" : given;
}
