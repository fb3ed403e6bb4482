import type { LogEventName } from "@gift/telemetry/log-event";
import type { MonitorId } from "./monitor-id.ts";
import type { Series } from "./series.ts";
import type { SloId } from "./slo.ts";

/**
 * A monitor as data: `query.ts` says it in Datadog's language, a rehearsal evaluates it over the signals of one
 * machine.
 */
export interface Definition {
  /** The alert, and its page in docs/runbook.md. Several definitions share one, e.g. a queue each. */
  readonly id: MonitorId;
  /** Unique: the id, and what of several it is about. */
  readonly key: string;
  readonly title: string;
  /** 1 pages somebody, 2 is read the same day, 3 the same week. */
  readonly priority: Priority;
  readonly condition: Condition;
  /** What users feel while it alerts. */
  readonly impact: string;
  /** Where to look first, in this order. */
  readonly firstChecks: readonly string[];
}

export type Priority = 1 | 2 | 3;

export type Condition = MetricCondition | LogCondition | BurnCondition;

/** A number over the last minutes, compared with a threshold. */
export interface MetricCondition {
  readonly kind: "metric";
  readonly formula: Formula;
  /** What becomes of the window's points. */
  readonly during: "avg" | "max" | "min" | "sum";
  readonly windowMinutes: number;
  readonly comparator: ">" | ">=" | "<";
  readonly thresholds: Levels;
  /**
   * What no data means, in Datadog's words. `default`: 0 for a count, the last value for a gauge. `resolve`: all is
   * well. The other two tell that the signal is missing, on the monitor's page or to people too. Only what was seen
   * once can go missing.
   */
  readonly onMissingData: "default" | "resolve" | "show_no_data" | "show_and_notify_no_data";
}

/** Log lines of these events in the last minutes; more than the threshold alert. */
export interface LogCondition {
  readonly kind: "log";
  readonly events: readonly [LogEventName, ...LogEventName[]];
  readonly windowMinutes: number;
  readonly thresholds: Levels;
}

/**
 * How many times faster than allowed an SLO's error budget is spent, in a long window and still in a short one:
 * https://docs.datadoghq.com/service_management/service_level_objectives/burn_rate.
 */
export interface BurnCondition {
  readonly kind: "burn";
  readonly slo: SloId;
  readonly longWindowHours: number;
  readonly shortWindowMinutes: number;
  readonly thresholds: { readonly critical: number };
}

export interface Levels {
  readonly critical: number;
  readonly warning?: number;
}

export type Formula =
  | { readonly is: "series"; readonly of: Series }
  | { readonly is: "difference"; readonly of: Series; readonly minus: Series }
  /** Of counts: each is summed over the window before it is divided. */
  | { readonly is: "percentage"; readonly of: readonly Series[]; readonly among: Series };
