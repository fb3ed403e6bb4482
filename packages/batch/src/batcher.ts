import { BatcherFullError } from "./error.ts";

/** When what is unfilled waits although a run is free. */
export interface Unfilled {
  /** With so many runs in flight only a full batch goes. */
  readonly maxParallel: number;
  /** After a full batch only a full one goes for so long: where ten went, ten more are about to come. */
  readonly companyMilliseconds: number;
  /** The most that either holds a batch up: a run that hangs is not waited for. */
  readonly longestMilliseconds: number;
}

export interface BatcherOptions<Item, Result> {
  /** Most items in one run, e.g. 10 for an SQS batch call. */
  readonly maxItems: number;
  /** Most runs in flight at once. */
  readonly maxParallel: number;
  /** Left out, an unfilled batch waits for nothing but a free run. */
  readonly unfilled?: Unfilled;
  /** How long a batch that is not full waits for company. Left out, it runs at the end of the current tick. */
  readonly lingerMilliseconds?: number;
  /** Most items that wait for a run; one more is refused. Left out, there is no bound. */
  readonly mostWaiting?: number;
  /** Does the work; answers one settled result per item, in their order. A rejection fails every item of the run. */
  run(items: readonly Item[]): Promise<readonly PromiseSettledResult<Result>[]>;
}

export interface Batcher<Item, Result> {
  /**
   * Resolves or rejects with this item's own result.
   * @throws BatcherFullError at once, when `mostWaiting` wait
   */
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
 * Natural batching: while one call is in flight, what arrives is collected and goes out together in the next.
 * Alone, an item travels at once and waits for nothing; under load the batches fill by themselves.
 * @param options sizes, linger and the call that carries a batch
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const batcher = new NaturalBatcher(options);
  return {
    add: (item) => batcher.add(item),
    flush: () => batcher.flush(),
    size: () => batcher.size(),
  };
}

class NaturalBatcher<Item, Result> implements Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #itemsInFlight = 0;
  #runsInFlight = 0;
  /** Runs while what waits could go and doesn't: it lingers, or hopes for company. */
  #patience: NodeJS.Timeout | undefined;
  /** What waits has waited its time (every run may have been taken when it was over): it doesn't wait a second time. */
  #isOverdue = false;
  #isScheduled: boolean = false;
  /** Runs while what is unfilled waits for more. */
  #company: NodeJS.Timeout | undefined;
  #flushing: PromiseWithResolvers<void> | undefined;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  size(): number {
    return this.#waiting.length + this.#itemsInFlight;
  }

  add(item: Item): Promise<Result> {
    const { mostWaiting = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#waiting.length >= mostWaiting) return Promise.reject(new BatcherFullError(mostWaiting));
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    this.#schedule();
    return promise;
  }

  flush(): Promise<void> {
    if (this.size() === 0) return Promise.resolve();
    this.#flushing ??= Promise.withResolvers<void>();
    const { promise } = this.#flushing;
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#canRun()) {
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      // A microtask, so that everything added in the same tick travels together.
      queueMicrotask(() => this.#runWhatWaits());
    } else if (this.#waiting.length > 0) this.#wait();
  }

  #canRun(): boolean {
    if (this.#waiting.length === 0 || this.#runsInFlight >= this.#options.maxParallel) return false;
    return this.#waiting.length >= this.#options.maxItems || (this.#goesUnfilled() && !this.#expectsCompany());
  }

  #expectsCompany(): boolean {
    const { unfilled } = this.#options;
    if (unfilled === undefined || this.#isOverdue || this.#flushing !== undefined) return false;
    return this.#runsInFlight >= unfilled.maxParallel || this.#company !== undefined;
  }

  /** A full batch has gone. */
  #awaitCompany(): void {
    const { unfilled } = this.#options;
    if (unfilled === undefined) return;
    clearTimeout(this.#company);
    this.#company = setTimeout(() => {
      this.#company = undefined;
      this.#schedule();
    }, unfilled.companyMilliseconds);
  }

  #goesUnfilled(): boolean {
    return !this.#options.lingerMilliseconds || this.#isOverdue || this.#flushing !== undefined;
  }

  #wait(): void {
    const milliseconds = this.#options.lingerMilliseconds || this.#options.unfilled?.longestMilliseconds;
    if (milliseconds === undefined || this.#isOverdue || this.#flushing !== undefined) return;
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      this.#isOverdue = true;
      this.#runWhatWaits();
    }, milliseconds);
  }

  #runWhatWaits(): void {
    this.#isScheduled = false;
    while (this.#canRun()) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      if (this.#waiting.length >= this.#options.maxItems) this.#awaitCompany();
      void this.#run(this.#waiting.splice(0, this.#options.maxItems));
      if (this.#waiting.length === 0) this.#isOverdue = false;
    }
    this.#schedule();
  }

  async #run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#runsInFlight += 1;
    this.#itemsInFlight += batch.length;
    try {
      const results = await this.#options.run(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) settle(entry, results[index]);
    } catch (err) {
      for (const entry of batch) entry.reject(err);
    } finally {
      this.#runsInFlight -= 1;
      this.#itemsInFlight -= batch.length;
      this.#schedule();
      this.#endFlush();
    }
  }

  #endFlush(): void {
    if (this.size() > 0) return;
    this.#flushing?.resolve();
    this.#flushing = undefined;
  }
}

function settle<Item, Result>(entry: Waiting<Item, Result>, result: PromiseSettledResult<Result> | undefined): void {
  if (result === undefined) entry.reject(new Error("the batch's run returned no result for this item"));
  else if (result.status === "fulfilled") entry.resolve(result.value);
  else entry.reject(result.reason);
}
