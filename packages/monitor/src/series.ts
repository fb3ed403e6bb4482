import type { MetricName } from "@gift/telemetry/metric";
import type { Across, AgentSeries, CloudWatchSeries, OwnSeries, ServiceTag, TagFilter } from "./definition.ts";
import type { AgentMetric, CloudWatchMetric } from "./outside-metric.ts";

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
