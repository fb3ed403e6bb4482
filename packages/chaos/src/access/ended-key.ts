import type { EndedCounts } from "./access-counts.ts";
import { type Attempt, attempt } from "./attempt.ts";
import { headersOf, type IssuedKey } from "./client-key.ts";

/** A task remembers so long that a key was right (docs/security.md). */
const graceMilliseconds = 5_000;
/** So many refusals after that show that it is over. */
const enoughRefusals = 20;

/**
 * A key that ends during the run, asked with all the time: while it is right it passes, and soon after its end it
 * doesn't.
 */
export class EndedKey {
  /** How it ends, in words. */
  readonly fate: string;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #problems: string[] = [];
  #mayEndFrom = Number.POSITIVE_INFINITY;
  #endedAt = Number.POSITIVE_INFINITY;
  #passed = 0;
  #refused = 0;
  #refusedLate = 0;
  #lastPassMilliseconds = 0;

  /** @param url the API's */
  constructor(url: string, fate: string, { key }: IssuedKey) {
    this.fate = fate;
    this.#url = url;
    this.#headers = headersOf(key);
  }

  get counts(): EndedCounts {
    return { passed: this.#passed, refused: this.#refused, lastPassMilliseconds: this.#lastPassMilliseconds };
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  /** @param at before that it is right; `performance.now()` */
  mayEndFrom(at: number): void {
    this.#mayEndFrom = at;
  }

  /** @param at when it had ended, or a little later; `performance.now()` */
  endedAt(at: number): void {
    this.#endedAt = at;
  }

  /** Whether it has been refused often enough. */
  isOver(): boolean {
    return this.#refusedLate >= enoughRefusals;
  }

  /** Asks once. A pass counts from the question: what is asked in time may be answered late. */
  async ask(what: Attempt): Promise<void> {
    const askedAt = performance.now();
    const status = await attempt(this.#url, what, this.#headers);
    const sinceEnd = askedAt - this.#endedAt;
    if (status === 401) this.#wasRefused(what, sinceEnd);
    else if (status !== undefined) this.#wasPassed(what, status, sinceEnd);
  }

  #wasRefused({ does }: Attempt, sinceEnd: number): void {
    if (performance.now() < this.#mayEndFrom) this.#problems.push(`asked to ${does}, a right key was refused`);
    else this.#refused += 1;
    if (sinceEnd > graceMilliseconds) this.#refusedLate += 1;
  }

  #wasPassed({ does }: Attempt, status: number, sinceEnd: number): void {
    if (sinceEnd > graceMilliseconds)
      this.#problems.push(`asked to ${does} more than 5 s after it ${this.fate}, a key was answered ${status}`);
    else if (status !== 200) this.#problems.push(`asked to ${does}, a right key was answered ${status}`);
    else this.#passed += 1;
    if (sinceEnd > 0) this.#lastPassMilliseconds = Math.max(this.#lastPassMilliseconds, sinceEnd);
  }
}
