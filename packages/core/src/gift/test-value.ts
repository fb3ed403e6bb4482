/**
 * What a gift's message can ask of the simulated provider, on stages that allow it: every path of a send, shown
 * through the public API, as Stripe's test cards do.
 */
export type TestValue =
  /** Every call fails; none takes effect. */
  | { readonly kind: "fail-always" }
  /** The gift's first calls fail, counted over all its send requests. */
  | { readonly kind: "fail-first"; readonly calls: number }
  /** Every call takes this long, then succeeds. */
  | { readonly kind: "slow"; readonly milliseconds: number }
  /** The provider refuses the gift for good. */
  | { readonly kind: "permanent" };

const longestMilliseconds = 60_000;

/**
 * Reads a gift's message as a test value. Only an exact match counts: `test:fail-first-0` is an ordinary message.
 * @param message the gift's message
 * @returns undefined when it is not a test value
 */
export function parseTestValue(message: string | null): TestValue | undefined {
  if (message === "test:fail-always") return { kind: "fail-always" };
  if (message === "test:permanent") return { kind: "permanent" };
  const [, form, digits] = /^test:(fail-first|slow)-([1-9]\d{0,4})$/.exec(message ?? "") ?? [];
  const number = Number(digits);
  if (form === "fail-first" && number <= 99) return { kind: "fail-first", calls: number };
  if (form === "slow" && number <= longestMilliseconds) return { kind: "slow", milliseconds: number };
  return undefined;
}
