import { longestInvisibilitySeconds } from "./backoff.ts";
import { EntryFailedError, LeaseLostError } from "./error.ts";
import type { Lease } from "./lease.ts";

/** SQS refuses an extension past 12 hours after the receive; we stop a minute before, clocks being clocks. */
export const longestLeaseSeconds = longestInvisibilitySeconds - 60;

export interface LeaseTableOptions {
  readonly visibilityTimeoutSeconds: number;
  /** Hides the message for so many seconds from now. Rejects with EntryFailedError when SQS refuses this message. */
  extend(lease: Lease, seconds: number): Promise<void>;
  /** The lease is gone; it is out of the table already. */
  lost(lease: Lease, err: LeaseLostError): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** One table for every message received and not settled, buffered or running, and one ticker for all of them. */
export class LeaseTable {
  readonly #options: LeaseTableOptions;
  readonly #leases = new Set<Lease>();
  readonly #halfMilliseconds: number;
  #ticker: NodeJS.Timeout | undefined;
  /** The last tick, and the one before. */
  #ticks: readonly [last: number, previous: number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  constructor(options: LeaseTableOptions) {
    this.#options = options;
    this.#halfMilliseconds = options.visibilityTimeoutSeconds * 500;
  }

  get size(): number {
    return this.#leases.size;
  }

  /**
   * Since when this process has surely run without a gap: the tick before the last one. The last won't do, it may be
   * the first after a freeze, with what arrived meanwhile not read yet. So what is received counts as up to two ticks
   * older than it is.
   */
  get awakeAt(): number {
    return this.#ticks[1];
  }

  add(lease: Lease): void {
    this.#leases.add(lease);
  }

  /** Takes a lease out to settle it. False when it is out already: settled by someone else, or lost. */
  take(lease: Lease): boolean {
    clearTimeout(lease.timeout);
    return this.#leases.delete(lease);
  }

  /** Whether the lease is in the table and valid. One that has expired since the last tick is given up. */
  check(lease: Lease): boolean {
    if (lease.expiresAt <= this.#options.now()) this.#lose(lease);
    return this.#leases.has(lease);
  }

  start(): void {
    this.#ticks = [this.#options.now(), this.#options.now()];
    // Once a second; oftener under visibility timeouts so short that a failed extension couldn't be repeated.
    const interval = Math.min(1_000, this.#halfMilliseconds / 4);
    this.#ticker ??= setInterval(() => {
      this.#noteTick(interval);
      this.tick();
    }, interval);
  }

  stop(): void {
    clearInterval(this.#ticker);
  }

  /** Extends what has less than half of its visibility timeout left, and gives up what has expired. */
  tick(): void {
    const now = this.#options.now();
    for (const lease of this.#leases) this.#tend(lease, now);
  }

  /** Ticks that come in a bunch, when a freeze has ended, are one. */
  #noteTick(intervalMilliseconds: number): void {
    const [last] = this.#ticks;
    const now = this.#options.now();
    if (now - last > intervalMilliseconds / 2) this.#ticks = [now, last];
  }

  #tend(lease: Lease, now: number): void {
    if (now >= lease.expiresAt) this.#lose(lease);
    else if (!lease.extending && lease.expiresAt - now < this.#halfMilliseconds) this.#prolong(lease, now);
  }

  #prolong(lease: Lease, now: number): void {
    const leftUntilCap = longestLeaseSeconds - (now - lease.receivedAt) / 1_000;
    const seconds = Math.floor(Math.min(this.#options.visibilityTimeoutSeconds, leftUntilCap));
    if (now + seconds * 1_000 > lease.expiresAt) lease.extending = this.#extend(lease, seconds, now);
  }

  async #extend(lease: Lease, seconds: number, askedAt: number): Promise<void> {
    try {
      await this.#options.extend(lease, seconds);
      lease.expiresAt = askedAt + seconds * 1_000;
    } catch (err) {
      // Any other failure (network, throttling) is tried again by the next tick, until the lease expires.
      if (err instanceof EntryFailedError && err.senderFault) this.#lose(lease, err);
    } finally {
      lease.extending = undefined;
    }
  }

  #lose(lease: Lease, cause?: unknown): void {
    if (!this.take(lease)) return;
    this.#options.lost(lease, new LeaseLostError(cause === undefined ? undefined : { cause }));
  }
}
