import type { MetricName } from "@gift/telemetry/metric";
import type { MetricTag, TagValue } from "@gift/telemetry/metric-tag";
import type { AgentMetric, CloudWatchMetric } from "./outside-metric.ts";

export type Series = OwnSeries | AgentSeries | CloudWatchSeries;

/**
 * How points of several tasks, queues or zones at one moment become one. No percentiles: of our own distributions
 * Datadog keeps none until somebody turns them on, and those of traces are of the few that the tracer keeps (decision
 * 25).
 */
export type Across = "sum" | "avg" | "max" | "min";

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

/** A metric of our own. */
export function own(metric: MetricName, across: Across, where: TagFilter = {}): OwnSeries {
  return { from: "own", metric, across, where };
}

/** What the agent measures of one kind of process. */
export function agent(metric: AgentMetric, across: Across, service: ServiceTag): AgentSeries {
  return { from: "agent", metric, across, service };
}

/** What CloudWatch measures of the load balancer. */
export function loadBalancer(metric: CloudWatchMetric, across: Across): CloudWatchSeries {
  return { from: "cloudwatch", metric, across, of: { kind: "load-balancer" } };
}

/** What CloudWatch measures of one ECS service. */
export function service(name: string, metric: CloudWatchMetric): CloudWatchSeries {
  return { from: "cloudwatch", metric, across: "avg", of: { kind: "service", name } };
}

/** What CloudWatch measures of one queue. */
export function queue(name: string, metric: CloudWatchMetric, across: Across = "max"): CloudWatchSeries {
  return { from: "cloudwatch", metric, across, of: { kind: "queue", name } };
}

/** What CloudWatch measures of the database. */
export function database(metric: CloudWatchMetric): CloudWatchSeries {
  return { from: "cloudwatch", metric, across: "avg", of: { kind: "database" } };
}
