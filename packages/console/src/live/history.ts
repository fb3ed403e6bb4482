import type { DatabaseFigures } from "./database-figures.ts";
import { quantiles } from "./percentile.ts";
import type { QueueFigures } from "./queue-figures.ts";

/** One second of the charts; null where nobody was watching or the source was away. */
export interface Point {
  /** Unix time. */
  readonly second: number;
  readonly accepted: number | null;
  readonly sent: number | null;
  readonly p50Milliseconds: number | null;
  readonly p95Milliseconds: number | null;
  readonly waiting: number | null;
  readonly inFlight: number | null;
  readonly outbox: number | null;
}

export interface Speed {
  /** Of the last seconds that are complete; null until there is one. */
  readonly acceptedPerSecond: number | null;
  readonly sentPerSecond: number | null;
  /** From acceptance to SENT, over the last minute; null when nothing was SENT. */
  readonly p50Milliseconds: number | null;
  readonly p95Milliseconds: number | null;
}

interface Bucket {
  accepted: number | null;
  latencies: readonly number[] | null;
  depths: Pick<Point, "waiting" | "inFlight" | "outbox">;
}

/** What the charts show. */
export const historySeconds = 300;

/** One second alone is too few sends for a p95, so each point of that chart looks back so far. */
const latencySeconds = 15;
const rateSeconds = 5;
const headlineSeconds = 60;

const noDepths = { waiting: null, inFlight: null, outbox: null };

/**
 * The last five minutes by second. Sends are read back from Postgres after a gap; depths are known while it is asked.
 */
export class History {
  readonly #buckets = new Map<number, Bucket>();

  /**
   * Takes what a round read.
   * @param now Unix time in seconds
   */
  record(now: number, database: DatabaseFigures | undefined, queues: QueueFigures | undefined): void {
    for (const second of this.#buckets.keys()) if (second < now - historySeconds) this.#buckets.delete(second);
    if (database) this.#recordSends(now, database);
    this.#at(now).depths = {
      waiting: queues?.gift.waiting ?? null,
      inFlight: queues?.gift.inFlight ?? null,
      outbox: database ? database.outbox.reduce((sum, { depth }) => sum + depth, 0) : null,
    };
  }

  /** Every second from one on up to the last that is over. */
  points(from: number, now: number): Point[] {
    const first = Math.max(from, now - historySeconds);
    return Array.from({ length: Math.max(0, now - first) }, (_, index) => this.#point(first + index));
  }

  speed(now: number): Speed {
    const recent = this.#between(now - rateSeconds, now);
    const { p50, p95 } = quantiles(this.#latencies(now - headlineSeconds, now + 1));
    return {
      acceptedPerSecond: average(recent.map(({ accepted }) => accepted)),
      sentPerSecond: average(recent.map(({ latencies }) => latencies?.length ?? null)),
      p50Milliseconds: p50,
      p95Milliseconds: p95,
    };
  }

  /** A second without a row had none; the oldest of the window may be incomplete. */
  #recordSends(now: number, { windowSeconds, accepted, sent }: DatabaseFigures): void {
    const acceptedIn = new Map(accepted.map(({ second, count }) => [second, count]));
    const sentIn = new Map(sent.map(({ second, latenciesMilliseconds }) => [second, latenciesMilliseconds]));
    for (let second = now - windowSeconds + 1; second <= now; second += 1)
      Object.assign(this.#at(second), {
        accepted: acceptedIn.get(second) ?? 0,
        latencies: sentIn.get(second) ?? [],
      });
  }

  #point(second: number): Point {
    const bucket = this.#buckets.get(second);
    const { p50, p95 } = bucket?.latencies
      ? quantiles(this.#latencies(second - latencySeconds + 1, second + 1))
      : { p50: null, p95: null };
    return {
      second,
      accepted: bucket?.accepted ?? null,
      sent: bucket?.latencies?.length ?? null,
      p50Milliseconds: p50,
      p95Milliseconds: p95,
      ...(bucket?.depths ?? noDepths),
    };
  }

  #latencies(from: number, to: number): readonly number[] {
    return this.#between(from, to).flatMap(({ latencies }) => latencies ?? []);
  }

  #between(from: number, to: number): Bucket[] {
    return Array.from({ length: to - from }, (_, index) => this.#buckets.get(from + index)).filter(
      (bucket) => bucket !== undefined,
    );
  }

  #at(second: number): Bucket {
    const found = this.#buckets.get(second);
    if (found) return found;
    const bucket: Bucket = { accepted: null, latencies: null, depths: noDepths };
    this.#buckets.set(second, bucket);
    return bucket;
  }
}

function average(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
