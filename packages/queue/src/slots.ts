import type { Lease } from "./lease.ts";

export interface SlotsOptions {
  readonly count: number;
  /** May one more start now? */
  mayStart(): boolean;
  /** Handles one message to its very end; never rejects. */
  run(lease: Lease): Promise<void>;
  /** A slot was freed, or the buffer shrank. */
  freed(): void;
}

/**
 * Slots, not batches: each message occupies a slot of its own, and a slot that is freed takes the next message from the
 * buffer at once. What that is worth where a few handlers are slow: the bench `drain-slow` in docs/performance.md.
 */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #buffer: Lease[] = [];
  readonly #running = new Set<Lease>();
  readonly #idleWaiters: (() => void)[] = [];

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get buffered(): number {
    return this.#buffer.length;
  }

  get running(): ReadonlySet<Lease> {
    return this.#running;
  }

  /** Buffers what was received and starts what may start. */
  offer(leases: readonly Lease[]): void {
    this.#buffer.push(...leases);
    this.fill();
  }

  /** Starts buffered messages while slots are free. */
  fill(): void {
    while (this.#running.size < this.#options.count && this.#options.mayStart()) {
      const lease = this.#buffer.shift();
      if (lease === undefined) break;
      void this.#occupy(lease);
    }
    this.#tellIdle();
  }

  /** Forgets a buffered message. */
  drop(lease: Lease): void {
    const index = this.#buffer.indexOf(lease);
    if (index < 0) return;
    this.#buffer.splice(index, 1);
    this.#tellIdle();
    this.#options.freed();
  }

  /** Empties the buffer. */
  takeBuffered(): readonly Lease[] {
    const taken = this.#buffer.splice(0);
    this.#tellIdle();
    return taken;
  }

  /** Resolves when nothing is buffered and nothing runs. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#tellIdle();
    });
  }

  async #occupy(lease: Lease): Promise<void> {
    this.#running.add(lease);
    await this.#options.run(lease);
    this.#running.delete(lease);
    this.fill();
    this.#options.freed();
  }

  #tellIdle(): void {
    if (this.#buffer.length > 0 || this.#running.size > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
