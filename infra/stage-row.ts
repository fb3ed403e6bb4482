import type { Route } from "@gift/monitor/message";
import type { Thresholds } from "@gift/monitor/threshold";

/**
 * Everything that differs between stages: `stage-table.ts` holds one row per stage, the rest of `infra/` reads only its
 * own.
 */
export interface StageRow {
  /** What `sst remove` does with data: production keeps it. */
  readonly removal: "remove" | "retain";
  /** Refuses `sst remove`, and the deletion of the database, its queues and the load balancer. */
  readonly isProtected: boolean;
  readonly network: NetworkRow;
  readonly database: DatabaseRow;
  readonly api: ServiceRow & {
    /**
     * `canary`: ECS shifts a tenth of the traffic first and rolls back on alarms. `rolling`: the circuit breaker alone.
     */
    readonly deployment: "rolling" | "canary";
  };
  readonly worker: ServiceRow & {
    /**
     * `one`: a single service that runs all roles. `each`: a service per fleet entry, each scaled by its own backlog.
     */
    readonly services: "one" | "each";
  };
  readonly logRetention: "1 day" | "1 week" | "1 month";
  /** What clients of the API must show. Operators must show their key whatever it says. */
  readonly auth: "none" | "api-key";
  /** Whether a gift's message may steer the simulated provider. */
  readonly testValues: "allowed" | "refused";
  /** HTTPS needs one, in a Route 53 zone of this account; absent means plain HTTP on the load balancer's own name. */
  readonly domain?: string;
  /** AWS WAF before the load balancer: 5 USD a month, 1 USD per rule, 0.60 USD per million requests. */
  readonly firewall?: FirewallRow;
  /** Where ECS metrics go; scaling by backlog needs `RunningTaskCount`, which exists only with Container Insights. */
  readonly containerInsights: "disabled" | "enabled" | "enhanced";
  /**
   * Datadog's monitors, SLOs and dashboard, and a Slack channel for dead letters. Absent means none of them, and a
   * deploy that needs no Datadog account.
   */
  readonly monitors?: MonitorRow;
}

export interface MonitorRow {
  /** Handles as Datadog writes them. Without `page` nobody is woken, whatever the priority. */
  readonly notify: Route;
  /**
   * `declared`: this stage makes Datadog's AWS integration, of which an AWS account has one. `elsewhere`: another stage
   * or a person did.
   */
  readonly integration: "declared" | "elsewhere";
  readonly thresholds: Thresholds;
}

export interface NetworkRow {
  /** Where tasks run. `public`: an address each, no inbound rule, no NAT. `private`: behind a NAT gateway per zone. */
  readonly subnets: "public" | "private";
  readonly availabilityZones: 2 | 3;
  /** AWS services reached without NAT, in private subnets; S3 always is, as its gateway endpoint is free. */
  readonly interfaceEndpoints: readonly "sqs"[];
  /** How long rejected connections are kept; absent means no flow log. */
  readonly flowLogDays?: 30;
}

export interface DatabaseRow {
  /** RDS class without its `db.` prefix. */
  readonly instance: "t4g.micro" | "t4g.small" | "t4g.medium";
  readonly isMultiAz: boolean;
  /** Point-in-time recovery, 0 to 35 days. */
  readonly backupDays: number;
  /** Storage starts at 20 GB and grows by itself up to this. */
  readonly storageLimitGigabytes: number;
  /** RDS Proxy: pooling and failover without reconnects, for the price of two vCPU hours and named statements. */
  readonly hasProxy: boolean;
}

export interface ServiceRow {
  /** Shared by the process (at most 200 MB) and the Datadog agent (256 MB). */
  readonly cpu: "0.25 vCPU" | "0.5 vCPU" | "1 vCPU";
  readonly memory: "1 GB" | "2 GB";
  readonly minTasks: number;
  readonly maxTasks: number;
  /** Share of tasks on Fargate Spot (70 % cheaper, stopped with two minutes' notice), 0 to 1. */
  readonly spotShare: number;
}

export interface FirewallRow {
  /** Per client address. */
  readonly requestsPerFiveMinutes: number;
  /** Paths that only some countries may call; absent means no such rule. */
  readonly sensitive?: { readonly pathPrefixes: readonly string[]; readonly countries: readonly string[] };
}
