import type { Definition } from "../definition.ts";
import type { Deployment } from "../deployment.ts";
import { apiGroup } from "./api.ts";
import type { Group } from "./chart.ts";
import { databaseGroup } from "./database.ts";
import { loadBalancerGroup } from "./load-balancer.ts";
import { queueGroup } from "./queue.ts";
import { serviceGroup } from "./service.ts";
import { watchedBy } from "./watched.ts";
import { workerGroup } from "./worker.ts";

/**
 * The dashboard below SLOs and monitors and above the log, in the order in which somebody looks: from the client to the
 * database.
 * @param definitions the monitors of the same deployment
 */
export function boardOf(deployment: Deployment, definitions: readonly Definition[]): readonly Group[] {
  const watched = watchedBy(definitions);
  return [
    apiGroup(watched),
    loadBalancerGroup(watched),
    serviceGroup(deployment.services, watched),
    queueGroup(deployment, watched),
    workerGroup(deployment, watched),
    databaseGroup(watched),
  ];
}
