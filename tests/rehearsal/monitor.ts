import type { BurnCondition, Definition, LogCondition, MetricCondition } from "@gift/monitor/definition";
import { type Sample, SignalStore } from "@gift/rehearsal/signal/signals";

/** Where the hand-made samples' time ends: a full hour, so that moments are easy to read. */
export const now = 1_000_000 * 3_600_000;

/** A moment so many minutes before. */
export function minutesAgo(minutes: number): number {
  return now - minutes * 60_000;
}

/** A monitor with this condition and nothing else of interest. */
export function monitorWith(condition: Definition["condition"]): Definition {
  return { id: "api-errors", key: "example", title: "", priority: 1, condition, impact: "", firstChecks: [] };
}

/** A gauge of our own that must not be above 10 on average of five minutes, unless said otherwise. */
export function gaugeCondition(changes: Partial<MetricCondition> = {}): MetricCondition {
  return {
    kind: "metric",
    formula: { is: "series", of: { from: "own", metric: "gift.outbox.depth", across: "max" } },
    during: "avg",
    windowMinutes: 5,
    comparator: ">",
    thresholds: { critical: 10, warning: 5 },
    onMissingData: "default",
    ...changes,
  };
}

/** The same of a count of our own, summed. */
export function countCondition(changes: Partial<MetricCondition> = {}): MetricCondition {
  const of = { from: "own", metric: "gift.dead_letter.recorded", across: "sum" } as const;
  return gaugeCondition({ formula: { is: "series", of }, during: "sum", ...changes });
}

export function logCondition(changes: Partial<LogCondition> = {}): LogCondition {
  return {
    kind: "log",
    events: ["send.failed"],
    windowMinutes: 5,
    thresholds: { critical: 2, warning: 1 },
    ...changes,
  };
}

export function burnCondition(changes: Partial<BurnCondition> = {}): BurnCondition {
  return {
    kind: "burn",
    slo: "slo-availability",
    longWindowHours: 1,
    shortWindowMinutes: 5,
    thresholds: { critical: 14.4 },
    ...changes,
  };
}

/** A sample as a test writes it: a value, or several. */
export interface Heard {
  readonly metric: string;
  readonly at: number;
  readonly value: number | readonly number[];
  readonly tags?: Sample["tags"];
}

/** Samples in one store. */
export function heard(...samples: readonly Heard[]): SignalStore {
  const store = new SignalStore();
  for (const { value, tags = {}, ...sample } of samples)
    store.addSample({ ...sample, tags, values: typeof value === "number" ? [value] : value });
  return store;
}
