import type { Definition } from "./definition.ts";
import type { Deployment } from "./deployment.ts";
import { apiMonitors } from "./subject/api.ts";
import { databaseMonitors } from "./subject/database.ts";
import { deadLetterMonitors } from "./subject/dead-letter.ts";
import { loadBalancerMonitors } from "./subject/load-balancer.ts";
import { objectiveMonitors } from "./subject/objective.ts";
import { queueMonitors } from "./subject/queue.ts";
import { serviceMonitors } from "./subject/service.ts";
import { workerMonitors } from "./subject/worker.ts";

/**
 * Every monitor of a deployment. A queue or a service more in the fleet brings its own.
 * @param deployment the fleet, the services that run it and the stage's thresholds
 * @returns definitions with unique keys
 */
export function monitorsOf(deployment: Deployment): readonly Definition[] {
  return [
    loadBalancerMonitors,
    apiMonitors,
    serviceMonitors,
    queueMonitors,
    workerMonitors,
    deadLetterMonitors,
    databaseMonitors,
    objectiveMonitors,
  ].flatMap((monitors) => monitors(deployment));
}
