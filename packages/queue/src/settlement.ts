import type { Acknowledger } from "./acknowledger.ts";
import { type Backoff, backoffSeconds } from "./backoff.ts";
import type { Circuit, Result } from "./circuit.ts";
import type { Outcome } from "./handler-call.ts";
import type { Lease } from "./lease.ts";
import type { LeaseTable } from "./lease-table.ts";
import type { Tell } from "./observer.ts";
import { release, retry, type Verdict } from "./verdict.ts";

export interface SettlementOptions {
  readonly leases: LeaseTable;
  readonly circuit: Circuit;
  readonly acknowledger: Acknowledger;
  readonly backoff: Backoff;
  /** True once stop() has aborted what runs: what throws now isn't the message's fault. */
  isAborting(): boolean;
  isUnavailable(err: unknown): boolean;
  readonly tell: Tell;
}

/** Turns a handler's outcome into a delete or a visibility change, and tells the circuit and the observers. */
export class Settlement {
  readonly #options: SettlementOptions;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** Settles a message that ran. Does nothing when its lease was lost or it is settled already. */
  conclude(lease: Lease, outcome: Outcome): void {
    const { leases, circuit, tell } = this.#options;
    if (!leases.take(lease)) return;
    const durationMilliseconds = performance.now() - lease.startedAt;
    const verdict = this.#verdictOf(lease, outcome);
    this.#apply(lease, verdict);
    if ("err" in outcome) tell((observer) => observer.failed?.(lease.message, outcome.err));
    tell((observer) => observer.finished?.(lease.message, { verdict, durationMilliseconds }));
    circuit.ended(lease, this.#resultOf(outcome), "err" in outcome ? outcome.err : undefined);
  }

  /** Makes a message that didn't run visible at once. */
  putBack(lease: Lease): void {
    if (this.#options.leases.take(lease)) this.#options.acknowledger.release(lease, 0);
  }

  #verdictOf(lease: Lease, outcome: Outcome): Verdict {
    if ("err" in outcome && this.#options.isAborting()) return release;
    const verdict = "verdict" in outcome ? outcome.verdict : retry();
    if (verdict.kind !== "retry" || verdict.afterSeconds !== undefined) return verdict;
    return retry(backoffSeconds(this.#options.backoff, lease.message.receiveCount, Math.random()));
  }

  #apply(lease: Lease, verdict: Verdict): void {
    const { acknowledger } = this.#options;
    if (verdict.kind === "acknowledge") acknowledger.acknowledge(lease);
    else acknowledger.release(lease, verdict.kind === "retry" ? (verdict.afterSeconds ?? 0) : 0);
  }

  #resultOf(outcome: Outcome): Result {
    if ("verdict" in outcome) return outcome.verdict.kind === "retry" ? "failure" : "success";
    if (this.#options.isAborting()) return "undecided";
    return this.#isUnavailable(outcome.err) ? "unavailable" : "failure";
  }

  #isUnavailable(err: unknown): boolean {
    try {
      return this.#options.isUnavailable(err);
    } catch {
      // A classifier that can't cope with the error hasn't recognized it.
      return false;
    }
  }
}
