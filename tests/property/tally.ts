/**
 * Counts what random cases were about, so that a property that is never put to the test doesn't pass for one that
 * holds.
 */
export class Tally<Name extends string> {
  readonly counts: Record<Name, number>;

  constructor(names: readonly Name[]) {
    this.counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  }

  add(name: Name, count = 1): void {
    this.counts[name] += count;
  }

  /** What never happened. */
  missing(): string[] {
    return Object.entries(this.counts).flatMap(([name, count]) => (count === 0 ? [name] : []));
  }
}
