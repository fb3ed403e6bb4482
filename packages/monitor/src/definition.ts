import type { LogEventName } from "@gift/telemetry/log-event";
import type { MetricName } from "@gift/telemetry/metric";
import type { MetricTag, TagValue } from "@gift/telemetry/metric-tag";
import type { MonitorId } from "./monitor-id.ts";
import type { AgentMetric, CloudWatchMetric } from "./outside-metric.ts";
import type { SloId } from "./slo.ts";

/** A monitor as data: `query.ts` says it in Datadog's language, a rehearsal evaluates it over the signals of one machine. */
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
  /** What becomes of the window's points; `percentile` belongs to a series that is one. */
  readonly during: "avg" | "max" | "min" | "sum" | "percentile";
  readonly windowMinutes: number;
  readonly comparator: ">" | ">=" | "<";
  readonly thresholds: Levels;
  /**
   * What no data means, in Datadog's words. `default`: 0 for a count, the last value for a gauge. `resolve`: all is well. The other two tell
   * that the signal is missing, on the monitor's page or to people too. Only what was seen once can go missing.
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

export type Series = OwnSeries | AgentSeries | CloudWatchSeries;

/** How points of several tasks, queues or zones at one moment become one. */
export type Across = "sum" | "avg" | "max" | "min" | "p50" | "p95" | "p99";

/** A value of some tags, or several of which any will do. */
export type TagFilter = { readonly [Tag in MetricTag]?: TagValue<Tag> | readonly TagValue<Tag>[] };

/** A metric of packages/telemetry. */
export interface OwnSeries {
  readonly from: "own";
  readonly metric: MetricName;
  readonly across: Across;
  /** Only points with all of these tags. */
  readonly where?: TagFilter;
  /** Only points with none of these tags. */
  readonly except?: TagFilter;
}

/** What the agent measures of one kind of process. */
export interface AgentSeries {
  readonly from: "agent";
  readonly metric: AgentMetric;
  readonly across: Across;
  readonly service: ServiceTag;
}

/** What CloudWatch measures of one resource. */
export interface CloudWatchSeries {
  readonly from: "cloudwatch";
  readonly metric: CloudWatchMetric;
  readonly across: Across;
  readonly of: Resource;
}

/** `DD_SERVICE` of a process; all worker services share one. */
export type ServiceTag = "api" | "worker";

/** A resource by the name that the fleet or infra/ knows it by; `names.ts` holds AWS's. */
export type Resource =
  | { readonly kind: "load-balancer" }
  | { readonly kind: "database" }
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "queue"; readonly name: string };
