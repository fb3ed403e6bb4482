import fc from "fast-check";

/** One seed for every property of a run: `SEED=1234 vitest run tests/property` repeats it. */
export const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** More cases than in CI: `CASES=10 vitest run tests/property` runs ten times as many. */
const factor = Number(process.env.CASES ?? 1);

/** Far more than a run takes on two idle cores: a busy machine is no failure. In milliseconds. */
export const patience = 300_000 * Math.max(1, factor);

/**
 * Runs a property; a failure is shrunk, and says with which seed and path it comes back.
 * @param cases how many random cases in CI
 * @param examples cases that are tried before them, whatever the seed
 * @returns how many cases ran
 */
export async function check<Arguments extends [unknown, ...unknown[]]>(
  property: fc.IAsyncPropertyWithHooks<Arguments> | fc.IPropertyWithHooks<Arguments>,
  cases: number,
  examples: Arguments[] = [],
): Promise<number> {
  const numRuns = Math.ceil(cases * factor) + examples.length;
  await fc.assert(property, { seed, numRuns, examples, endOnFailure: false });
  return numRuns;
}
