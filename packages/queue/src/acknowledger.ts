import { type Batcher, createBatcher } from "@gift/batch/batcher";
import { callBackoffMilliseconds, longestInvisibilitySeconds } from "./backoff.ts";
import { mostEntries } from "./batch-entry.ts";
import type { SqsClient } from "./client/sqs-client.ts";
import { sleepUnless } from "./deadline.ts";
import { EntryFailedError } from "./error.ts";
import type { Lease } from "./lease.ts";
import { changeVisibility, deleteMessages, type VisibilityChange } from "./settle-call.ts";

export interface AcknowledgerOptions {
  readonly client: SqsClient;
  readonly queueUrl: string;
  /** A settled message's delete or visibility change was given up. */
  failed(lease: Lease, err: unknown): void;
  /** One message fewer is unconfirmed. */
  ended(): void;
}

/**
 * The outcome is committed before it is acknowledged, so nobody waits for these calls: 80 ms gather full batches from
 * 125 messages a second on, and a crash meanwhile costs a redelivery that the handler's own check absorbs. Eight calls
 * in parallel: with four, at 3 ms each, deletes held a drain at 12,000 messages a second and a core at a quarter.
 */
const gather = { maxItems: mostEntries, maxParallel: 8, lingerMilliseconds: 80 };

/** Sends deletes and visibility changes in batches of ten, and repeats what fails while the lease is valid. */
export class Acknowledger {
  readonly #options: AcknowledgerOptions;
  readonly #deletes: Batcher<Lease, void>;
  readonly #changes: Batcher<VisibilityChange, void>;
  readonly #pending = new Set<Promise<void>>();
  readonly #giveUp = new AbortController();

  constructor(options: AcknowledgerOptions) {
    this.#options = options;
    this.#deletes = createBatcher({ ...gather, run: (leases) => deleteMessages(options, leases) });
    this.#changes = createBatcher({ ...gather, run: (changes) => changeVisibility(options, changes) });
  }

  /** Settled messages that SQS hasn't confirmed yet. */
  get unconfirmed(): number {
    return this.#pending.size;
  }

  /** Deletes the message. */
  acknowledge(lease: Lease): void {
    this.#track(this.#insist(lease, () => this.#deletes.add(lease)));
  }

  /** Makes the message visible again after `afterSeconds`. */
  release(lease: Lease, afterSeconds: number): void {
    this.#track(this.#insist(lease, () => this.#release(lease, afterSeconds)));
  }

  /** Hides the message for so many seconds from now; one attempt, the lease table repeats it. */
  extend(lease: Lease, seconds: number): Promise<void> {
    return this.#changes.add({ lease, seconds });
  }

  /** Resolves when nothing is pending or in flight. What still fails after `retryForMilliseconds` is given up. */
  async flush(retryForMilliseconds: number): Promise<void> {
    const timer = setTimeout(() => this.#giveUp.abort(), Math.max(0, retryForMilliseconds));
    while (this.#pending.size > 0) await Promise.all([this.#deletes.flush(), this.#changes.flush(), ...this.#pending]);
    await this.#changes.flush();
    clearTimeout(timer);
  }

  async #release(lease: Lease, afterSeconds: number): Promise<void> {
    await lease.extending;
    await this.#changes.add({ lease, seconds: withinLimit(lease, afterSeconds) });
  }

  async #insist(lease: Lease, call: () => Promise<void>): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await call();
      } catch (err) {
        const pause = callBackoffMilliseconds(failures, Math.random());
        if (this.#isHopeless(lease, err, pause)) return this.#options.failed(lease, err);
        await sleepUnless(this.#giveUp.signal, pause);
      }
    }
  }

  #isHopeless(lease: Lease, err: unknown, pause: number): boolean {
    if (this.#giveUp.signal.aborted || performance.now() + pause >= lease.expiresAt) return true;
    return err instanceof EntryFailedError && err.senderFault;
  }

  #track(work: Promise<void>): void {
    this.#pending.add(work);
    void work.then(() => {
      this.#pending.delete(work);
      this.#options.ended();
    });
  }
}

/** SQS rejects a visibility beyond 12 hours after the receive instead of shortening it. */
function withinLimit(lease: Lease, seconds: number): number {
  const left = longestInvisibilitySeconds - Math.ceil((performance.now() - lease.receivedAt) / 1_000);
  // NaN becomes 0: one entry that can't be serialized would fail the nine others of its call.
  return Math.max(0, Math.min(Math.round(seconds) || 0, left));
}
