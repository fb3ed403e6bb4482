import type { OwnSeries } from "./definition.ts";

/** A share of events that must be good over 30 days. */
export interface Slo {
  readonly title: string;
  /** Percent, over `days`. */
  readonly target: number;
  /** Percent at which the dashboard turns yellow: half of the error budget is spent. */
  readonly warning: number;
  readonly good: OwnSeries;
  /** All events: the sum of these. */
  readonly among: readonly [OwnSeries, ...OwnSeries[]];
  /** What the promise is about, and what it leaves out. */
  readonly tells: string;
}

/** The window of every objective. */
export const sloDays = 30;

/** A count, summed over all tasks. */
function countOf(metric: OwnSeries["metric"], tags: Pick<OwnSeries, "where" | "except"> = {}): OwnSeries {
  return { from: "own", metric, across: "sum", ...tags };
}

/**
 * The objectives of spec section 8 that are shares. Counts with a tag and no percentiles: they need no configuration in Datadog,
 * arrive in seconds, and add up over tasks and days. The fourth, no dead letter in a day, is `dailyLimit`.
 */
export const slos = {
  "slo-availability": {
    title: "API availability",
    target: 99.9,
    warning: 99.95,
    good: countOf("gift.http.responses", { except: { status_class: "5xx" } }),
    among: [countOf("gift.http.responses")],
    tells:
      "answers that are not 5xx. What the load balancer answers itself never reaches a task: `api-errors` counts that",
  },
  "slo-latency": {
    title: "API latency",
    target: 95,
    warning: 97.5,
    good: countOf("gift.http.responses", { where: { is_fast: "true" } }),
    among: [countOf("gift.http.responses")],
    tells: "answers within 300 ms, first byte in to last byte out; p95 under 300 ms, said as a share of requests",
  },
  "slo-delivery": {
    title: "Delivery",
    target: 95,
    warning: 97.5,
    good: countOf("gift.send.sent", { where: { is_in_time: "true" } }),
    among: [countOf("gift.send.sent"), countOf("gift.send.failed")],
    tells: "accepted sends that reach SENT within 5 minutes, counted when they end: `queue-age` sees those that don't",
  },
} as const satisfies Record<string, Slo>;

export type SloId = keyof typeof slos;

/**
 * Zero dead letters a day. Not an SLO in Datadog: zero has no error budget to burn, a target must be below 100 %, and any lower one would
 * promise something else. A monitor that looks back over a day says exactly this, and stays red for as long as the day counts.
 */
export const dailyLimit = {
  id: "slo-dead-letters",
  title: "Dead letters in a day",
  most: 0,
  counts: countOf("gift.dead_letter.recorded"),
} as const;

/** Burn rates that alert, by Google's SRE workbook (chapter 5): 2 % of a 30-day budget in an hour, 5 % in six. */
export const burnRates = {
  fast: { rate: 14.4, longWindowHours: 1, shortWindowMinutes: 5 },
  slow: { rate: 6, longWindowHours: 6, shortWindowMinutes: 30 },
} as const;

/**
 * The fastest that a budget can burn: when everything is bad. A higher threshold would never alert.
 * @param target percent
 */
export function fastestBurn(target: number): number {
  return 1 / (1 - target / 100);
}
