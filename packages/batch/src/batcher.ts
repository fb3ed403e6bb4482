/**
 * Natural batching: while one call is in flight, what arrives is collected and goes out together in the next.
 * Alone, an item travels at once and waits for nothing; under load the batches fill by themselves.
 */
export interface BatcherOptions<Item, Result> {
  /** Most items in one run, e.g. 10 for an SQS batch call. */
  readonly maxItems: number;
  /** Most runs in flight at once. */
  readonly maxParallel: number;
  /** How long a batch that is not full waits for company. 0 runs at the end of the current tick. */
  readonly lingerMilliseconds: number;
  /** Does the work; answers one settled result per item, in the items' order. A rejection fails every item of the run. */
  run(items: readonly Item[]): Promise<readonly PromiseSettledResult<Result>[]>;
}

export interface Batcher<Item, Result> {
  /** Resolves or rejects with this item's own result. */
  add(item: Item): Promise<Result>;
  /** Runs what waits without lingering any longer; resolves when nothing waits and nothing is in flight. */
  flush(): Promise<void>;
  /** Items waiting plus items in flight. */
  size(): number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/**
 * Creates a batcher.
 * @param options sizes, linger and the call that carries a batch
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let itemsInFlight = 0;
  let runsInFlight = 0;
  let wake: NodeJS.Timeout | undefined;
  let wakeIsDue = false;
  let flushing: { promise: Promise<void>; resolve(): void } | undefined;

  function schedule(): void {
    if (wakeIsDue || waiting.length === 0) return;
    if (options.lingerMilliseconds === 0 || flushing || waiting.length >= options.maxItems) {
      clearTimeout(wake);
      wake = undefined;
      wakeIsDue = true;
      // A microtask, so that everything added in the same tick travels together.
      queueMicrotask(runWhatWaits);
      return;
    }
    wake ??= setTimeout(runWhatWaits, options.lingerMilliseconds);
  }

  function runWhatWaits(): void {
    wake = undefined;
    wakeIsDue = false;
    while (waiting.length > 0 && runsInFlight < options.maxParallel) void run(waiting.splice(0, options.maxItems));
  }

  async function run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    runsInFlight += 1;
    itemsInFlight += batch.length;
    try {
      const results = await options.run(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) settle(entry, results[index]);
    } catch (err) {
      for (const entry of batch) entry.reject(err);
    } finally {
      runsInFlight -= 1;
      itemsInFlight -= batch.length;
      schedule();
      if (flushing && size() === 0) {
        flushing.resolve();
        flushing = undefined;
      }
    }
  }

  const size = () => waiting.length + itemsInFlight;

  return {
    size,
    add(item) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      waiting.push({ item, resolve, reject });
      schedule();
      return promise;
    },
    flush() {
      if (size() === 0) return Promise.resolve();
      flushing ??= Promise.withResolvers<void>();
      const done = flushing.promise;
      schedule();
      return done;
    },
  };
}

function settle<Item, Result>(entry: Waiting<Item, Result>, result: PromiseSettledResult<Result> | undefined): void {
  if (result === undefined) entry.reject(new Error("the batch's run returned no result for this item"));
  else if (result.status === "fulfilled") entry.resolve(result.value);
  else entry.reject(result.reason);
}
