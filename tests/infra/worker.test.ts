import { acceptableBacklogPerTask } from "@gift/fleet/backlog";
import { fleet, workerNames } from "@gift/fleet/fleet";
import { notSetYet } from "@gift/worker/notification/webhook-url";
import { expect, test } from "vitest";
import { pascalCase } from "../../infra/resource-name.ts";
import { runbookUrl } from "../../infra/stage-table.ts";
import { deployments } from "./deployment.ts";
import { named, ofType, statementsOf } from "./synth/read.ts";
import type { Resource, Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";
import { bindingsOf, environmentOf, serviceNamed, servicesOf } from "./task.ts";

const perMinute = 60_000;
const deployed = deployments.filter(({ isDev }) => !isDev);

function workersOf(stack: Stack) {
  return servicesOf(stack).filter(({ name }) => name !== "Api");
}

function limitsOf(stack: Stack, name: string): unknown[] {
  const { minCapacity, maxCapacity } = named(stack, `${name}AutoScalingTarget`).inputs;
  return [minCapacity, maxCapacity];
}

function backlogPolicies(stack: Stack): readonly Resource[] {
  return ofType(stack, "aws:appautoscaling/policy:Policy").filter(({ name }) => name.includes("BacklogOf"));
}

test(
  "production has a service per role, and one to three tasks by the backlog of its queue",
  async () => {
    const stack = await synthesized({ stage: "production" });
    const roles = new Map(workersOf(stack).map(({ name, process }) => [name, environmentOf(process).ROLES]));
    expect(roles).toEqual(new Map(workerNames.map((role) => [`${pascalCase(role)}Worker`, role])));
    expect(limitsOf(stack, "GiftWorker")).toEqual([1, 3]);
    expect(limitsOf(stack, "DeadLettersWorker")).toEqual([1, 3]);
    // A sweep has no backlog.
    expect(limitsOf(stack, "OutboxWorker")).toEqual([1, 1]);
    const consumers = workerNames.filter((name) => fleet.services[name].kind === "consumer");
    expect(backlogPolicies(stack)).toHaveLength(consumers.length);
  },
  perMinute,
);

test(
  "staging runs all roles in one task on Spot, and nothing scales it",
  async () => {
    const stack = await synthesized({ stage: "staging" });
    expect(workersOf(stack).map(({ name, process }) => [name, environmentOf(process).ROLES])).toEqual([
      ["Worker", workerNames.join(",")],
    ]);
    expect(limitsOf(stack, "Worker")).toEqual([1, 1]);
    const { capacityProviderStrategies } = serviceNamed(stack, "Worker").service.inputs;
    expect(capacityProviderStrategies).toEqual([
      { capacityProvider: "FARGATE", weight: 0 },
      { capacityProvider: "FARGATE_SPOT", weight: 1 },
    ]);
    expect(ofType(stack, "aws:appautoscaling/policy:Policy")).toEqual([]);
  },
  perMinute,
);

test(
  "the backlog's target is the fleet's formula, over the queue that the service consumes and its own tasks",
  async () => {
    const stack = await synthesized({ stage: "production" });
    const policy = named(stack, "GiftWorkerBacklogOfgift").inputs;
    expect(policy.resourceId).toMatch(/^service\/gift-production-\w+-\w+\/GiftWorker$/);
    expect(policy.targetTrackingScalingPolicyConfiguration).toMatchObject({
      targetValue: acceptableBacklogPerTask(fleet.services.gift),
      customizedMetricSpecification: {
        metrics: [
          {
            id: "waiting",
            metricStat: {
              metric: {
                metricName: "ApproximateNumberOfMessagesVisible",
                dimensions: [{ name: "QueueName", value: named(stack, "GiftQueueQueue").inputs.name }],
              },
            },
          },
          {
            id: "running",
            metricStat: {
              metric: {
                metricName: "RunningTaskCount",
                dimensions: [{ name: "ClusterName" }, { name: "ServiceName", value: "GiftWorker" }],
              },
            },
          },
          { id: "per_task", expression: expect.stringMatching(/^waiting \/ /), returnData: true },
        ],
      },
    });
  },
  perMinute,
);

test.each(deployed)(
  "where a backlog decides in $label, the metric that it needs is on",
  async (deployment) => {
    const stack = await synthesized(deployment);
    const { settings } = named(stack, "ClusterCluster").inputs;
    const [insights] = JSON.parse(JSON.stringify(settings));
    expect(insights.name).toBe("containerInsights");
    if (backlogPolicies(stack).length > 0) expect(insights.value).not.toBe("disabled");
  },
  perMinute,
);

test.each(deployed)(
  "a worker of $label may protect its own cluster's tasks from scale-in, and its agent no queue",
  async (deployment) => {
    const stack = await synthesized(deployment);
    const cluster = String(named(stack, "ClusterCluster").inputs.name);
    for (const { name, process, agent } of workersOf(stack)) {
      const statement = statementsOf(named(stack, `${name}TaskRole`)).find(({ Action }) =>
        Action.includes("ecs:UpdateTaskProtection"),
      );
      expect(statement?.Resource).toEqual([expect.stringMatching(new RegExp(`:task/${cluster}/[*]$`))]);
      expect(process.portMappings).toEqual([]);
      expect(bindingsOf(agent)).toEqual(new Set());
    }
  },
  perMinute,
);

test(
  "a worker is linked to its own queues and no others",
  async () => {
    const stack = await synthesized({ stage: "production" });
    const links = (name: string) => bindingsOf(serviceNamed(stack, name).process);
    expect(links("GiftWorker")).toEqual(new Set(["App", "Database", "GiftQueueConsumer"]));
    expect(links("OutboxWorker")).toEqual(new Set(["App", "Database", "GiftQueueProducer"]));
    expect(links("DeadLettersWorker")).toEqual(new Set(["App", "Database", "GiftDeadLettersConsumer"]));
  },
  perMinute,
);

test.each(["staging", "production", "public", "customer"])(
  "in %s the handler of dead letters, and nothing else, is given Slack's address: as a secret that ECS reads",
  async (stage) => {
    const stack = await synthesized({ stage });
    const parameter = named(stack, "SlackWebhook");
    expect(parameter.inputs).toMatchObject({
      name: `/gift/${stage}/slack-webhook-url`,
      type: "SecureString",
      value: notSetYet,
    });
    for (const { name, process, agent } of servicesOf(stack)) {
      const tells = environmentOf(process).ROLES?.includes("dead-letters") ?? false;
      const names = (process.secrets ?? []).map((secret) => secret.name);
      expect([name, names]).toEqual([name, tells ? ["SLACK_WEBHOOK_URL"] : []]);
      expect((agent.secrets ?? []).map((secret) => secret.name)).toEqual(["DD_API_KEY"]);
      expect(environmentOf(process).RUNBOOK_URL).toBe(tells ? runbookUrl : undefined);
      const [statement] = statementsOf(named(stack, `${name}ExecutionRole`)).filter(
        ({ Action }) => Action.join() === "ssm:GetParameters",
      );
      expect(statement?.Resource.some((arn) => arn.endsWith("slack-webhook-url"))).toBe(tells);
    }
  },
  perMinute,
);

test(
  "a stage that nobody watches has no such parameter",
  async () => {
    const stack = await synthesized({ stage: "dave" });
    expect(ofType(stack, "aws:ssm/parameter:Parameter").map(({ name }) => name)).not.toContain("SlackWebhook");
    for (const { process } of servicesOf(stack)) expect(process.secrets ?? []).toEqual([]);
  },
  perMinute,
);
