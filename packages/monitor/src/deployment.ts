import type { ConsumerService, FleetDeclaration, HttpService, SweepService } from "@gift/fleet/declaration";
import type { ServiceTag } from "./series.ts";
import type { Thresholds } from "./threshold.ts";

/** What is watched: the fleet, the ECS services that run it, and the numbers. */
export interface Deployment {
  readonly fleet: FleetDeclaration;
  readonly services: readonly DeployedService[];
  readonly thresholds: Thresholds;
}

/** An ECS service, or a process on one machine. */
export interface DeployedService {
  readonly name: string;
  readonly tag: ServiceTag;
  /** The fleet's entries that it runs. */
  readonly runs: readonly string[];
  readonly maxTasks: number;
}

/** A consumer of a queue, and how many tasks of it there may be. */
export interface Consumer {
  readonly declaration: ConsumerService;
  readonly maxTasks: number;
}

/** Whoever receives from a queue that isn't for dead letters. */
export function consumersOf({ fleet, services }: Deployment): readonly Consumer[] {
  const deadLetterQueues = deadLetterQueuesOf(fleet);
  return Object.entries(fleet.services).flatMap(([name, declaration]) => {
    if (declaration.kind !== "consumer" || deadLetterQueues.includes(declaration.consumes)) return [];
    const tasks = services.filter(({ runs }) => runs.includes(name)).map(({ maxTasks }) => maxTasks);
    return [{ declaration, maxTasks: Math.max(1, ...tasks) }];
  });
}

/** Queues that hold what another queue gave up on. */
export function deadLetterQueuesOf({ queues }: FleetDeclaration): readonly string[] {
  return Object.values(queues).flatMap(({ deadLetter }) => (deadLetter ? [deadLetter.queue] : []));
}

/** Queues with a consumer, dead-letter queues included: each has a circuit. */
export function consumedQueuesOf({ services }: FleetDeclaration): readonly string[] {
  return Object.values(services).flatMap((service) => (service.kind === "consumer" ? [service.consumes] : []));
}

/** Queues that messages reach over the outbox: what the fleet's sweeps publish to. */
export function outboxQueuesOf({ services }: FleetDeclaration): readonly string[] {
  const isSweep = (service: HttpService | ConsumerService | SweepService) => service.kind === "sweep";
  return Array.from(
    new Set(
      Object.values(services)
        .filter(isSweep)
        .flatMap(({ publishes = [] }) => publishes),
    ),
  );
}
