import type { Lease } from "./lease.ts";

export interface CircuitOptions {
  /** How many of the last results are looked at. */
  readonly window: number;
  /** Share of failures in a full window, 0 to 1, that opens the circuit. */
  readonly failureRatio: number;
  /** How long the circuit stays open before it asks and probes. */
  readonly pauseSeconds: number;
}

export type CircuitState = "closed" | "open" | "half-open";

/** Why it opened: the failure ratio, an error that says a dependency is away, or a probe that failed. */
export type OpenReason = "failures" | "unavailable" | "probe failed";

/** How a message ended. `undecided` says nothing about the dependencies: a lost lease, or an abort by stop(). */
export type Result = "success" | "failure" | "unavailable" | "undecided";

export interface CircuitEvents {
  /** With the error of the message that decided it, if one was thrown. */
  opened(reason: OpenReason, err: unknown): void;
  /** Half-open or closed: something may start again. */
  admitting(): void;
  closed(openMilliseconds: number): void;
  /** Asked before a probe; while it answers false the circuit stays open. */
  isReady(): Promise<boolean>;
}

export const defaultCircuit: CircuitOptions = { window: 50, failureRatio: 0.9, pauseSeconds: 10 };

/**
 * Pauses consumption when nearly everything fails, so that an outage of a dependency doesn't burn receive counts.
 * Opens at the failure ratio, or at once when a dependency is known to be away; after a pause asks `isReady`, lets one
 * message through, and closes when it succeeds.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  readonly #events: CircuitEvents;
  #state: CircuitState = "closed";
  /** The last results; true is a failure. */
  #failures: boolean[] = [];
  #openedAt = 0;
  #probe: Lease | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped: boolean = false;

  constructor(options: CircuitOptions, events: CircuitEvents) {
    this.#options = options;
    this.#events = events;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** May one more message start? Half-open admits a single probe. */
  admits(): boolean {
    return this.#state === "closed" || (this.#state === "half-open" && this.#probe === undefined);
  }

  started(lease: Lease): void {
    if (this.#state === "half-open") this.#probe = lease;
  }

  /** @param err what the message's handler threw, if it did */
  ended(lease: Lease, result: Result, err?: unknown): void {
    if (this.#state === "half-open" && lease === this.#probe) this.#judgeProbe(result, err);
    // What started before the circuit opened, and ends now, tells of the past.
    else if (this.#state === "closed") this.#judge(result, err);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #judge(result: Result, err: unknown): void {
    if (result === "unavailable") this.#open("unavailable", err);
    else if (result !== "undecided") this.#count(result === "failure", err);
  }

  #count(isFailure: boolean, err: unknown): void {
    const { window, failureRatio } = this.#options;
    this.#failures.push(isFailure);
    if (this.#failures.length > window) this.#failures.shift();
    const failures = this.#failures.filter(Boolean).length;
    if (this.#failures.length === window && failures >= failureRatio * window) this.#open("failures", err);
  }

  #judgeProbe(result: Result, err: unknown): void {
    this.#probe = undefined;
    if (result === "success") this.#close();
    else if (result === "undecided") this.#events.admitting();
    else this.#open("probe failed", err);
  }

  #open(reason: OpenReason, err: unknown): void {
    if (this.#state === "closed") this.#openedAt = performance.now();
    this.#failures = [];
    this.#pause();
    this.#events.opened(reason, err);
  }

  #pause(): void {
    this.#state = "open";
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#tryHalfOpen(), this.#options.pauseSeconds * 1_000);
  }

  async #tryHalfOpen(): Promise<void> {
    const isReady = await this.#events.isReady().catch(() => false);
    if (this.#isStopped) return;
    if (isReady) this.#halfOpen();
    else this.#pause();
  }

  #halfOpen(): void {
    this.#state = "half-open";
    this.#events.admitting();
  }

  #close(): void {
    this.#state = "closed";
    this.#events.closed(performance.now() - this.#openedAt);
    this.#events.admitting();
  }
}
