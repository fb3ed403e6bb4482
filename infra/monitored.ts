import { fleet } from "@gift/fleet/fleet";
import type { DeployedService, Deployment } from "@gift/monitor/deployment";
import { monitorsOf } from "@gift/monitor/monitors";
import type { Names } from "@gift/monitor/names";
import { cluster } from "./cluster.ts";
import { instance } from "./database.ts";
import { loadBalancer } from "./load-balancer.ts";
import { queues } from "./queue.ts";
import { stage } from "./stage.ts";
import { workerRoles } from "./worker.ts";

/** What Datadog watches of this stage; undefined where nobody watches, and in `sst dev`. */
export const monitored =
  stage.monitors && loadBalancer && instance ? declare(stage.monitors, loadBalancer, instance) : undefined;

/** On everything that we make in Datadog: the dashboard lists monitors by them. */
export const datadogTags = [`env:${stage.name}`, `service:${$app.name}`, "managed-by:sst"];

function declare(
  row: NonNullable<typeof stage.monitors>,
  { alb }: NonNullable<typeof loadBalancer>,
  { identifier }: NonNullable<typeof instance>,
) {
  const deployment: Deployment = { fleet, services: services(), thresholds: row.thresholds };
  const names: $util.Output<Names> = $output({
    stage: stage.name,
    loadBalancer: alb.nodes.loadBalancer.arnSuffix,
    cluster: cluster.nodes.cluster.name,
    database: identifier,
    queues: Object.fromEntries(Object.entries(queues).map(([name, queue]) => [name, queue.nodes.queue.name])),
  });
  return { row, deployment, definitions: monitorsOf(deployment), names };
}

function services(): readonly DeployedService[] {
  const workers = Object.entries(workerRoles).map(
    ([name, runs]) => ({ name, tag: "worker", runs, maxTasks: stage.worker.maxTasks }) as const,
  );
  return [{ name: "Api", tag: "api", runs: ["api"], maxTasks: stage.api.maxTasks }, ...workers];
}
