import type { ServiceRow, StageRow } from "./stage-row.ts";
import { thresholdsFor } from "./threshold.ts";

/** One region for all stages: fewer things differ between a rehearsal and the day itself. */
export const region = "us-east-1";

/** Where this Datadog account lives: https://docs.datadoghq.com/getting_started/site. */
export const datadogSite = "datadoghq.com";

/** Where people read docs/runbook.md: alerts and messages link to its pages. Put your own repository here. */
export const runbookUrl = "https://github.com/OWNER/NAME/blob/main/docs/runbook.md";

const smallestTask = { cpu: "0.25 vCPU", memory: "1 GB" } as const;
const oneOnSpot: ServiceRow = { ...smallestTask, minTasks: 1, maxTasks: 1, spotShare: 1 };

/** Personal and preview stages: everything that costs money while nobody looks is off. */
const personal: StageRow = {
  removal: "remove",
  isProtected: false,
  // A NAT gateway (33 USD a month per zone) costs more than everything else here. Tasks get an address and no inbound
  // rule.
  network: { subnets: "public", availabilityZones: 2, interfaceEndpoints: [] },
  database: {
    instance: "t4g.micro",
    isMultiAz: false,
    backupDays: 1,
    // RDS starts at 20 and wants room for growth of a quarter.
    storageLimitGigabytes: 26,
    hasProxy: false,
  },
  api: { ...oneOnSpot, deployment: "rolling" },
  worker: { ...oneOnSpot, services: "one" },
  logRetention: "1 day",
  auth: "none",
  testValues: "allowed",
  containerInsights: "disabled",
};

/** The cheapest setup that still is the real thing: same image, same database engine, same queues, one of each. */
const staging = {
  ...personal,
  database: { ...personal.database, backupDays: 7 },
  // The API stays on demand: a deploy is verified against it, and an interruption would look like a bad release.
  api: { ...oneOnSpot, spotShare: 0, deployment: "rolling" },
  logRetention: "1 week",
  auth: "api-key",
  monitors: {
    notify: { channel: "@slack-gift-staging" },
    integration: "declared",
    thresholds: thresholdsFor("t4g.micro"),
  },
} as const satisfies StageRow;

const production = {
  removal: "retain",
  isProtected: true,
  network: {
    subnets: "private",
    // RDS Multi-AZ and the load balancer use two; a third adds a NAT gateway and nothing that docs/observability.md
    // promises.
    availabilityZones: 2,
    // 7.30 USD a month per zone against 0.045 USD per GB through NAT: ahead from 209 GB a month, about 18 gifts a
    // second. ECR layers come through S3's free gateway; logs, SSM and the agent's traffic stay under that line.
    interfaceEndpoints: ["sqs"],
    flowLogDays: 30,
  },
  database: {
    // Unlimited CPU credits are RDS's default for t4g; an m7g.large is cheaper once it bursts above 40 % all day.
    instance: "t4g.medium",
    isMultiAz: true,
    backupDays: 35,
    storageLimitGigabytes: 200,
    // Two API tasks and three workers hold 50 connections; t4g.medium takes 400. Worth it from twenty tasks.
    hasProxy: false,
  },
  // Two tasks in two zones: one may be lost without a failed request.
  api: { cpu: "0.5 vCPU", memory: "1 GB", minTasks: 2, maxTasks: 10, spotShare: 0, deployment: "canary" },
  // A worker may vanish at any instant without loss, but the only one of a quiet night should not.
  worker: { ...smallestTask, minTasks: 1, maxTasks: 3, spotShare: 0, services: "each" },
  logRetention: "1 month",
  auth: "api-key",
  testValues: "refused",
  domain: "gift.example.com",
  firewall: { requestsPerFiveMinutes: 10_000 },
  containerInsights: "enabled",
  monitors: {
    notify: { channel: "@slack-gift-alerts", page: "@pagerduty-gift" },
    integration: "declared",
    thresholds: thresholdsFor("t4g.medium"),
  },
} as const satisfies StageRow;

/** One customer's own installation: production's safety at the size of one customer. */
const customer: StageRow = {
  ...production,
  network: { ...production.network, interfaceEndpoints: [] },
  database: { ...production.database, instance: "t4g.small", backupDays: 14, storageLimitGigabytes: 100 },
  api: { ...production.api, ...smallestTask, maxTasks: 4, deployment: "rolling" },
  worker: { ...production.worker, maxTasks: 2 },
  domain: "customer.gift.example.com",
  monitors: { ...production.monitors, thresholds: thresholdsFor("t4g.small") },
};

/**
 * The demonstration that anybody may call: no keys for clients and test values, therefore a strict rate limit and
 * nothing worth keeping.
 */
const publicDemonstration: StageRow = {
  ...staging,
  api: { ...oneOnSpot, spotShare: 0, maxTasks: 2, deployment: "rolling" },
  auth: "none",
  domain: "public.gift.example.com",
  // In the account of staging, which has declared it. Test values make sends fail at will: one more or less is no news.
  monitors: {
    ...staging.monitors,
    integration: "elsewhere",
    thresholds: { ...thresholdsFor("t4g.micro"), deadLetters: { critical: 100, warning: 50 } },
  },
  // The lowest that a person at the reference page never notices. Only here may strangers write. Operators need a key
  // here too.
  firewall: {
    requestsPerFiveMinutes: 300,
    sensitive: { pathPrefixes: ["/gifts", "/operator"], countries: ["JP", "US"] },
  },
};

export const stages = { staging, production, public: publicDemonstration, customer } as const satisfies Record<
  string,
  StageRow
>;

/**
 * The row of a stage. Pure: `app()` of sst.config.ts calls it where SST's globals don't exist yet.
 * @param name as given to `--stage`; anything but a permanent stage's name is a personal or preview stage
 */
export function stageOf(name: string): StageRow {
  return isPermanent(name) ? stages[name] : personal;
}

/** Whether a stage outlives whoever deploys it. */
export function isPermanent(name: string): name is keyof typeof stages {
  return Object.hasOwn(stages, name);
}
