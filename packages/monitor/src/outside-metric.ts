/**
 * Metrics that AWS or the Datadog agent measure and we query, by Datadog's names for them. CloudWatch's arrive 10 to 20
 * minutes late, so they are used where nobody else can see: a load balancer without a task, a queue without a worker, a
 * database.
 */
export const cloudWatchMetrics = {
  "aws.applicationelb.request_count": { of: "load-balancer", kind: "count" },
  "aws.applicationelb.httpcode_elb_5xx": { of: "load-balancer", kind: "count" },
  "aws.applicationelb.httpcode_target_5xx": { of: "load-balancer", kind: "count" },
  "aws.applicationelb.target_connection_error_count": { of: "load-balancer", kind: "count" },
  // An average per zone that may count all targets in each: its sum means nothing, its maximum does.
  "aws.applicationelb.healthy_host_count": { of: "load-balancer", kind: "gauge" },
  "aws.applicationelb.un_healthy_host_count": { of: "load-balancer", kind: "gauge" },
  "aws.applicationelb.target_response_time.p50": { of: "load-balancer", kind: "gauge" },
  "aws.applicationelb.target_response_time.p95": { of: "load-balancer", kind: "gauge" },
  "aws.applicationelb.target_response_time.p99": { of: "load-balancer", kind: "gauge" },
  "aws.ecs.service.desired": { of: "service", kind: "gauge" },
  "aws.ecs.service.running": { of: "service", kind: "gauge" },
  "aws.ecs.service.cpuutilization": { of: "service", kind: "gauge" },
  "aws.ecs.service.memory_utilization": { of: "service", kind: "gauge" },
  // Nothing is published for a queue that has been idle for six hours.
  "aws.sqs.approximate_number_of_messages_visible": { of: "queue", kind: "gauge" },
  "aws.sqs.approximate_number_of_messages_not_visible": { of: "queue", kind: "gauge" },
  "aws.sqs.approximate_age_of_oldest_message": { of: "queue", kind: "gauge" },
  "aws.sqs.number_of_messages_sent": { of: "queue", kind: "count" },
  "aws.sqs.number_of_messages_deleted": { of: "queue", kind: "count" },
  "aws.rds.cpuutilization": { of: "database", kind: "gauge" },
  "aws.rds.database_connections": { of: "database", kind: "gauge" },
  "aws.rds.free_storage_space": { of: "database", kind: "gauge" },
  "aws.rds.freeable_memory": { of: "database", kind: "gauge" },
  "aws.rds.read_latency": { of: "database", kind: "gauge" },
  "aws.rds.write_latency": { of: "database", kind: "gauge" },
  "aws.rds.read_iops": { of: "database", kind: "gauge" },
  "aws.rds.write_iops": { of: "database", kind: "gauge" },
} as const satisfies Record<string, { of: ResourceKind; kind: "count" | "gauge" }>;

export type CloudWatchMetric = keyof typeof cloudWatchMetrics;

/**
 * What the agent beside a process measures of the task, tagged `env` and `service`. Not `trace.…`: the agent derives
 * those from the traces that it gets, and the tracer hands it ten a second of a process (decision 25).
 */
export const agentMetrics = {
  "ecs.fargate.cpu.percent": { kind: "gauge" },
} as const satisfies Record<string, { kind: "count" | "gauge" }>;

export type AgentMetric = keyof typeof agentMetrics;

export type ResourceKind = "load-balancer" | "service" | "queue" | "database";

/** CloudWatch's names of where those metrics are: the integration fetches these and nothing else. */
export const cloudWatchNamespaces = ["AWS/ApplicationELB", "AWS/ECS", "AWS/RDS", "AWS/SQS"] as const;
