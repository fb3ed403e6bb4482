import type { LogEventName } from "@gift/telemetry/log-event";

/** One measurement: a count's increase, what a gauge stood at, or some values of a distribution. */
export interface Sample {
  readonly metric: string;
  /** Milliseconds of this machine's clock. */
  readonly at: number;
  readonly values: readonly number[];
  /** Whose it is: a metric's own tags, or the resource that CloudWatch would name. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What a rehearsal has heard so far, oldest first. */
export interface Signals {
  samplesOf(metric: string): readonly Sample[];
  /** When each line of an event was logged. */
  linesOf(event: LogEventName): readonly number[];
}

/** Signals that are heard by being added. */
export class SignalStore implements Signals {
  readonly #samples = new Map<string, Sample[]>();
  readonly #lines = new Map<string, number[]>();

  addSample(sample: Sample): void {
    const samples = this.#samples.get(sample.metric);
    if (samples) samples.push(sample);
    else this.#samples.set(sample.metric, [sample]);
  }

  addLine(event: string, at: number): void {
    const lines = this.#lines.get(event);
    if (lines) lines.push(at);
    else this.#lines.set(event, [at]);
  }

  samplesOf(metric: string): readonly Sample[] {
    return this.#samples.get(metric) ?? [];
  }

  linesOf(event: LogEventName): readonly number[] {
    return this.#lines.get(event) ?? [];
  }

  /** Forgets everything: the next scenario begins with a clean slate. */
  clear(): void {
    this.#samples.clear();
    this.#lines.clear();
  }
}
