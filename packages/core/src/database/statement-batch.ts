import { createBatcher } from "@gift/batch/batcher";
import { isDatabaseAtFault } from "./unavailable.ts";

/** Rows of one statement: beyond it the arrays grow and nothing gets faster. */
const mostRows = 100;

/**
 * Statements in flight of one kind, for what a request waits for. While they run, what arrives is collected for the
 * next: with one, each waits for the one before; with as many as there are connections nobody is collected.
 */
const mostStatements = 2;

/**
 * Rows that wait for a statement: ten statements. Whoever comes later would wait longer than a client does. The API
 * answers 256 requests at once and a worker handles 100 messages, so only work that its callers have abandoned adds up
 * to it.
 */
const mostWaiting = 1_000;

/** What a statement over many rows says of one: its result, or that it has to be asked alone. */
export type Outcome<Result> = { readonly value: Result } | "alone";

export interface StatementBatchOptions<Item, Result> {
  /**
   * Most statements in flight; 2 unless given. With 1 more rows share each of the worker's: its CPU per gift was a
   * fifth less, measured at 40 slots. What slots do to it: `packages/fleet/src/fleet.ts`.
   */
  readonly mostStatements?: number;
  /** One statement for all items, an outcome for each in their order. */
  together(items: readonly Item[]): Promise<readonly Outcome<Result>[]>;
  /** The same for one item, with the last word. */
  alone(item: Item): Promise<Result>;
}

/**
 * Carries calls that arrive while a statement is in flight in the next one. A lone call waits for nothing. No row harms
 * its neighbors: where the statement fails for anything but the database's own fault, each is asked alone.
 * @param options the statement over many rows and the one over one
 * @returns the call for one item; it rejects with BatcherFullError where too many wait
 */
export function createStatementBatch<Item, Result>(
  options: StatementBatchOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { together, alone } = options;
  const batcher = createBatcher<Item, Outcome<Result>>({
    maxItems: mostRows,
    maxParallel: options.mostStatements ?? mostStatements,
    mostWaiting,
    run: (items) => askTogether(together, items),
  });
  return async (item) => {
    const outcome = await batcher.add(item);
    // Outside the batch: a row that waits for a lock is waited for by its own caller only.
    return outcome === "alone" ? await alone(item) : outcome.value;
  };
}

async function askTogether<Item, Result>(
  together: StatementBatchOptions<Item, Result>["together"],
  items: readonly Item[],
): Promise<PromiseSettledResult<Outcome<Result>>[]> {
  try {
    const outcomes = await together(items);
    return items.map((_, index) => ({ status: "fulfilled", value: outcomes[index] ?? "alone" }));
  } catch (err) {
    // Away: whether it was committed is not known, and what may be repeated is the caller's to know. Too slow (57014):
    // a hundred statements more would make it slower, and callers wait twice. A lock not had in time (55P03) isn't
    // among them: it is one row's, which may stay locked for long, and its neighbors must not fail with it every time.
    if (isDatabaseAtFault(err)) throw err;
    return items.map(() => ({ status: "fulfilled", value: "alone" }));
  }
}
