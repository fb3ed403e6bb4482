import type { ConsumerService, ServiceDeclaration, SweepService } from "@gift/fleet/declaration";
import { fleet, type QueueName } from "@gift/fleet/fleet";
import { scaleByBacklog } from "./backlog.ts";
import { cluster } from "./cluster.ts";
import { network } from "./network.ts";
import { pascalCase } from "./resource-name.ts";
import { declareService } from "./service.ts";
import { slackWebhook } from "./slack.ts";
import { stage } from "./stage.ts";
import { runbookUrl } from "./stage-table.ts";

type WorkerDeclaration = ConsumerService<QueueName> | SweepService<QueueName>;
type Entry = readonly [role: string, declaration: WorkerDeclaration];

/**
 * A worker's slots wait for the provider, so backlog decides; CPU is the second signal, for when the formula is too
 * hopeful.
 */
const targetCpuPercent = 70;

/** The worker services by name: one for each consumer and sweep of the fleet, or one for all, as the stage says. */
export const workers: Readonly<Record<string, sst.aws.Service>> = Object.fromEntries(
  groups().map(([name, entries]) => [name, declareWorker(name, entries)]),
);

/** The fleet's entries that each of them runs. */
export const workerRoles: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  groups().map(([name, entries]) => [name, entries.map(([role]) => role)]),
);

function groups(): readonly (readonly [name: string, entries: readonly Entry[]])[] {
  const entries = Object.entries<ServiceDeclaration<QueueName>>(fleet.services).flatMap<Entry>(([role, declaration]) =>
    declaration.kind === "http" ? [] : [[role, declaration]],
  );
  if (stage.worker.services === "one") return [["Worker", entries]];
  return entries.map((entry) => [`${pascalCase(entry[0])}Worker`, [entry]]);
}

function declareWorker(name: string, entries: readonly Entry[]): sst.aws.Service {
  const consumers = entries.flatMap(([, declaration]) => (declaration.kind === "consumer" ? [declaration] : []));
  // A second sweep finds what the first has claimed: sweeps have no backlog to share.
  const maxTasks = consumers.length > 0 ? stage.worker.maxTasks : stage.worker.minTasks;
  // Only the handler of dead letters posts there.
  const webhook = entries.some(([role]) => role === "dead-letters") ? slackWebhook : undefined;
  const service = declareService(name, {
    runs: entries.map(([, declaration]) => declaration),
    entryPoint: "packages/worker/src/main.ts",
    tag: "worker",
    row: { ...stage.worker, maxTasks },
    securityGroup: network.securityGroups.worker,
    environment: { ROLES: entries.map(([role]) => role).join(","), ...(webhook && { RUNBOOK_URL: runbookUrl }) },
    secrets: webhook && { SLACK_WEBHOOK_URL: webhook.arn },
    // Short, because a restart on a saved file waits for the open poll.
    developmentEnvironment: { WAIT_TIME_SECONDS: "2" },
    targetCpuPercent,
    permissions: [taskProtection()],
  });
  if (!$dev && maxTasks > stage.worker.minTasks)
    for (const consumer of consumers) scaleByBacklog(name, service, consumer);
  return service;
}

/** A worker with messages in hand asks ECS not to be chosen for scale-in. The names of tasks are known only to ECS. */
function taskProtection() {
  const tasks = cluster.nodes.cluster.arn.apply((arn) => `${arn.replace(":cluster/", ":task/")}/*`);
  return { actions: ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"], resources: [tasks] };
}
