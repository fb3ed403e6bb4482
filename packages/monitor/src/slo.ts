import { objectives } from "@gift/telemetry/objective";
import type { OwnSeries } from "./series.ts";

/** A share of events that must be good. */
export interface Slo {
  readonly title: string;
  readonly targetPercent: number;
  /** Where the dashboard turns yellow: half of the error budget is spent. */
  readonly warningPercent: number;
  readonly windowDays: number;
  readonly good: OwnSeries;
  /** All events: the sum of these. */
  readonly among: readonly [OwnSeries, ...OwnSeries[]];
  /** What the promise is about, and what it leaves out. */
  readonly tells: string;
}

const { availability, latency, delivery, deadLetters } = objectives;

/** The operations that clients wait for. */
const awaited = { operation: latency.operations };

/**
 * The objectives that are shares (docs/observability.md#slos-and-how-to-revise-them). Counts with a tag and no
 * percentiles: they need no configuration in Datadog, arrive in seconds, and add up over tasks and days. The fourth, no
 * dead letter in a day, is `dailyLimit`.
 */
export const slos = {
  "slo-availability": {
    title: "API availability",
    ...shareOf(availability),
    good: countOf("gift.http.responses", { except: { status_class: "5xx" } }),
    among: [countOf("gift.http.responses")],
    tells:
      "answers that are not 5xx. What the load balancer answers itself never reaches a task: `api-errors` counts that",
  },
  "slo-latency": {
    title: "API latency",
    ...shareOf(latency),
    good: countOf("gift.http.responses", { where: { ...awaited, is_fast: "true" } }),
    among: [countOf("gift.http.responses", { where: awaited })],
    tells: `answers of ${latency.operations.join(" and ")} in under ${latency.thresholdMilliseconds} ms: their p95, said as a share`,
  },
  "slo-delivery": {
    title: "Delivery",
    ...shareOf(delivery),
    good: countOf("gift.send.sent", { where: { is_in_time: "true" } }),
    among: [countOf("gift.send.sent"), countOf("gift.send.failed")],
    tells: `accepted sends that reach SENT within ${delivery.thresholdSeconds / 60} minutes, counted when they end: \`queue-age\` sees those that don't`,
  },
} as const satisfies Record<string, Slo>;

export type SloId = keyof typeof slos;

/**
 * Zero dead letters a day. Not an SLO in Datadog: zero has no error budget to burn, a target must be below 100 %, and
 * any lower one would promise something else. A monitor that looks back over a day says exactly this, and stays red for
 * as long as the day counts.
 */
export const dailyLimit = {
  id: "slo-dead-letters",
  title: "Dead letters in a day",
  ...deadLetters,
  counts: countOf("gift.dead_letter.recorded"),
} as const;

/** Burn rates that alert, by Google's SRE workbook (chapter 5): 2 % of a 30-day budget in an hour, 5 % in six. */
export const burnRates = {
  fast: { rate: 14.4, longWindowHours: 1, shortWindowMinutes: 5 },
  slow: { rate: 6, longWindowHours: 6, shortWindowMinutes: 30 },
} as const;

function shareOf({ targetPercent, windowDays }: { readonly targetPercent: number; readonly windowDays: number }) {
  return { targetPercent, warningPercent: (targetPercent + 100) / 2, windowDays };
}

/** A count, summed over all tasks. */
function countOf(metric: OwnSeries["metric"], tags: Pick<OwnSeries, "where" | "except"> = {}): OwnSeries {
  return { from: "own", metric, across: "sum", ...tags };
}
