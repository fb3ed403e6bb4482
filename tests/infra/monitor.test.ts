import type { Route } from "@gift/monitor/message";
import { beforeAll, describe, expect, test } from "vitest";
import type { StageRow } from "../../infra/stage-row.ts";
import { stages } from "../../infra/stage-table.ts";
import { thresholdsFor } from "../../infra/threshold.ts";
import { deployments } from "./deployment.ts";
import { named, ofType, statementsOf } from "./synth/read.ts";
import type { Resource, Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";

const monitorType = "datadog:index/monitor:Monitor";
const integrationType = "datadog:aws/integrationAccount:IntegrationAccount";

interface Marker {
  readonly value: string;
  readonly displayType: string;
}

/** Every widget of a dashboard that has lines over time. */
interface Timeseries {
  readonly title: string;
  readonly requests: readonly { readonly q?: string; readonly logQuery?: unknown }[];
  readonly markers?: readonly Marker[];
}

function routeOf({ monitors }: StageRow): Route {
  if (!monitors) throw new Error("a permanent stage has monitors");
  return monitors.notify;
}

function thresholdsOf({ inputs }: Resource): { critical: string; warning?: string } {
  return inputs.monitorThresholds as { critical: string; warning?: string };
}

/** The rows of the dashboard: each a title and its widgets. */
function rowsOf(stack: Stack): readonly { title: string; widgets: readonly Record<string, unknown>[] }[] {
  const widgets = named(stack, "Dashboard").inputs.widgets as readonly {
    groupDefinition: { title: string; widgets: readonly Record<string, unknown>[] };
  }[];
  return widgets.map(({ groupDefinition }) => groupDefinition);
}

function chartsOf(stack: Stack): readonly Timeseries[] {
  const widgets = rowsOf(stack).flatMap((row) => row.widgets);
  return widgets.flatMap(({ timeseriesDefinition: chart }) => (chart ? [chart as Timeseries] : []));
}

describe.each(Object.entries(stages))("%s", (stage, row) => {
  let stack: Stack;
  let monitors: readonly Resource[];

  beforeAll(async () => {
    stack = await synthesized({ stage });
    monitors = ofType(stack, monitorType);
  }, 60_000);

  test("has monitors, three SLOs and a dashboard", () => {
    expect(monitors.length).toBeGreaterThan(20);
    expect(ofType(stack, "datadog:index/serviceLevelObjective:ServiceLevelObjective")).toHaveLength(3);
    expect(ofType(stack, "datadog:index/dashboard:Dashboard")).toHaveLength(1);
  });

  test("every monitor is about this stage, and none asks for a name that doesn't exist", () => {
    const envs = monitors.map(({ inputs }) => String(inputs.query));
    for (const query of envs) {
      expect(query).not.toMatch(/undefined|\[object|Calling \[toString\]/);
      expect(query).toMatch(new RegExp(`env:${stage}\\b|gift-${stage}|loadbalancer:app/balancer|burn_rate\\("Slo`));
    }
  });

  test("every monitor's thresholds are the numbers of its query, and its message names its page", () => {
    for (const monitor of monitors) {
      const { query, message, assets } = monitor.inputs;
      const { critical } = thresholdsOf(monitor);
      expect(String(query).endsWith(` ${critical}`), monitor.name).toBe(true);
      const [{ name, url }] = assets as [{ name: string; url: string }];
      expect(String(message)).toContain(url);
      expect(url).toMatch(new RegExp(`/docs/runbook\\.md#${name}$`));
    }
  });

  test("what is read from CloudWatch waits for CloudWatch; what arrives in seconds doesn't", () => {
    for (const { name, inputs } of monitors) {
      const isLate = String(inputs.query).includes(":aws.");
      expect(inputs.evaluationDelay, name).toBe(isLate ? 900 : undefined);
      if (inputs.type === "query alert") expect(inputs.requireFullWindow, name).toBe(false);
      // Datadog refuses these for a burn rate.
      if (inputs.type === "slo alert") expect(inputs.onMissingData, name).toBeUndefined();
      expect(inputs, name).not.toHaveProperty("notifyNoData");
    }
  });

  test("somebody is woken where the stage has a pager, for the first priority alone", () => {
    const { page } = routeOf(row);
    for (const { name, inputs } of monitors) {
      const isWaking = page !== undefined && inputs.priority === "1";
      expect(String(inputs.message).includes("@pagerduty"), name).toBe(isWaking);
      expect(inputs.renotifyInterval, name).toBe(inputs.priority === "1" ? 60 : undefined);
    }
  });

  test("burn rates ask for the SLOs that the stage declares", () => {
    const asked = monitors.flatMap(({ inputs }) => /burn_rate\("(\w+)-id"\)/.exec(String(inputs.query))?.[1] ?? []);
    expect(new Set(asked)).toEqual(new Set(["SloAvailability", "SloLatency", "SloDelivery"]));
    for (const slo of asked) expect(named(stack, slo).inputs).toMatchObject({ type: "metric", timeframe: "30d" });
  });

  test("the dashboard's alert lines are the monitors' thresholds", () => {
    const drawn = chartsOf(stack).flatMap(({ title, markers }) => (markers ? [{ title, markers }] : []));
    const known = monitors.map((monitor) => {
      const { critical, warning } = thresholdsOf(monitor);
      return [critical, ...(warning === undefined ? [] : [warning])].map((value) => `y = ${value}`).join();
    });
    expect(drawn.length).toBeGreaterThan(12);
    for (const { title, markers } of drawn) expect(known, title).toContain(markers.map(({ value }) => value).join());
  });

  test("the dashboard begins with promises and alerts, and ends with the log", () => {
    const titles = rowsOf(stack).map(({ title }) => title);
    expect(titles).toEqual([
      "Promises and alerts",
      ...["API", "Load balancer", "ECS", "Queue", "Worker", "Database"],
      "Logs",
    ]);
    const [overview] = rowsOf(stack);
    const definitions = overview?.widgets.map((widget) => Object.keys(widget)[0]);
    expect(definitions).toEqual([
      "manageStatusDefinition",
      ...Array.from({ length: 3 }, () => "serviceLevelObjectiveDefinition"),
      "queryValueDefinition",
    ]);
    const tags = monitors.map(({ inputs }) => inputs.tags as string[]);
    for (const each of tags)
      expect(overview?.widgets[0]).toMatchObject({
        manageStatusDefinition: { query: each.map((tag) => `tag:"${tag}"`).join(" ") },
      });
  });

  test("the thresholds for connections are those of the stage's database", () => {
    const { databaseConnections } = thresholdsFor(row.database.instance);
    expect(row.monitors?.thresholds.databaseConnections).toEqual(databaseConnections);
  });
});

describe("the way to CloudWatch", () => {
  test("is declared by one stage of an account, with SQS, which Datadog leaves out by default", async () => {
    const [staging, publicStage] = await Promise.all([
      synthesized({ stage: "staging" }),
      synthesized({ stage: "public" }),
    ]);
    expect(ofType(publicStage, integrationType)).toEqual([]);
    expect(ofType(staging, integrationType).map(({ inputs }) => inputs)).toMatchObject([
      {
        awsAccountId: "123456789012",
        awsRegions: { includeOnlies: ["us-east-1"] },
        authConfig: { awsAuthConfigRole: { roleName: "gift-staging-datadog" } },
        metricsConfig: { namespaceFilters: { includeOnlies: expect.arrayContaining(["AWS/SQS"]) } },
        resourcesConfig: { cloudSecurityPostureManagementCollection: false, extendedCollection: false },
      },
    ]);
  }, 60_000);

  test("is a role that Datadog takes with our external id only, that reads metrics and no data", async () => {
    const role = named(await synthesized({ stage: "production" }), "DatadogRole");
    expect(role.inputs.name).toBe("gift-production-datadog");
    expect(JSON.parse(String(role.inputs.assumeRolePolicy))).toMatchObject({
      Statement: [
        {
          Action: ["sts:AssumeRole"],
          Principal: [{ type: "AWS", identifiers: ["arn:aws:iam::464622532012:root"] }],
          Condition: [{ test: "StringEquals", variable: "sts:ExternalId", values: ["MOCK-EXTERNAL-ID"] }],
        },
      ],
    });
    for (const { Action } of statementsOf(role))
      for (const action of Action) expect(action).toMatch(/:(Get(MetricData|Resources)|List|Describe)/);
  }, 60_000);
});

test.each(deployments.filter(({ stage }) => !Object.hasOwn(stages, stage)))(
  "$label has nothing in Datadog and needs no account there",
  async (deployment) => {
    const { resources } = await synthesized(deployment);
    expect(resources.filter(({ type }) => type.startsWith("datadog:"))).toEqual([]);
  },
  60_000,
);

test("a deploy without Datadog's keys ends before anything is declared, and says what to do", async () => {
  const edits = [{ file: "infra/datadog-key.ts", text: "process.env.DATADOG_APP_KEY", by: "undefined" }];
  await expect(synthesized({ stage: "staging", edits })).rejects.toThrow(
    /stage staging has monitors: set DATADOG_API_KEY and DATADOG_APP_KEY/,
  );
  await expect(synthesized({ stage: "dave", edits })).resolves.toBeDefined();
}, 60_000);

test("a mistake in a definition reaches Datadog's query, where the reviewer of a snapshot sees it", async () => {
  const edits = [{ file: "packages/monitor/src/subject/queue.ts", text: 'comparator: ">"', by: 'comparator: "<"' }];
  const edited = ofType(await synthesized({ stage: "staging", edits }), monitorType);
  const query = String(edited.find(({ name }) => name === "MonitorQueueAgeGift")?.inputs.query);
  expect(query).toMatch(/approximate_age_of_oldest_message.* < 300$/);
}, 60_000);
