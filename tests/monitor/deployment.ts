import type { FleetDeclaration } from "@gift/fleet/declaration";
import { fleet } from "@gift/fleet/fleet";
import type { Deployment } from "@gift/monitor/deployment";
import type { Names, SloNames } from "@gift/monitor/names";
import { stages } from "../../infra/stage-table.ts";

/** Production's thresholds over the real fleet, with a service for each of its entries. */
export const deployment: Deployment = deploymentOf(fleet);

/** The same for another fleet. */
export function deploymentOf(declaration: FleetDeclaration): Deployment {
  const services = Object.entries(declaration.services).map(([name, { kind }]) => ({
    name: kind === "http" ? "Api" : `${name}-worker`,
    tag: kind === "http" ? ("api" as const) : ("worker" as const),
    runs: [name],
    maxTasks: 3,
  }));
  return { fleet: declaration, services, thresholds: stages.production.monitors.thresholds };
}

/** What AWS might call it all. Capitals, because Datadog has none. */
export function namesOf({ fleet: { queues } }: Deployment): Names {
  return {
    stage: "Production",
    loadBalancer: "app/Balancer/0123456789abcdef",
    cluster: "Cluster",
    database: "Gift-Production",
    queues: Object.fromEntries(Object.keys(queues).map((name) => [name, `${name}-Queue`])),
  };
}

export const sloNames: SloNames = {
  "slo-availability": "availability",
  "slo-latency": "latency",
  "slo-delivery": "delivery",
};

/** The fleet with a queue, its dead letters and a worker more. */
export const extended: FleetDeclaration = {
  queues: {
    ...fleet.queues,
    example: { ...fleet.queues.gift, resource: "ExampleQueue", deadLetter: { queue: "lost", maxReceiveCount: 3 } },
    lost: { ...fleet.queues["gift-dead-letters"], resource: "LostExamples" },
  },
  services: {
    ...fleet.services,
    example: { ...fleet.services.gift, consumes: "example", slots: 2 },
    sweep: { ...fleet.services.outbox, publishes: ["example"] },
  },
};
