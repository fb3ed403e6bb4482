import type { ConsumerService, FleetDeclaration, HttpService, QueueDeclaration } from "./declaration.ts";

/** Limits of the services underneath: SQS (queue quotas) and ECS on Fargate (task definition parameters). */
const limits = {
  retentionSeconds: 14 * 86_400,
  visibilityTimeoutSeconds: 43_200,
  waitTimeSeconds: 20,
  stopTimeoutSeconds: 120,
};

/**
 * Everything that contradicts itself in a fleet, one sentence each; empty when it is sound.
 * @param fleet the declaration, names unchecked (it may come from JavaScript)
 */
export function problemsOf(fleet: FleetDeclaration): string[] {
  const queues = Object.entries(fleet.queues).flatMap(([name, queue]) => problemsOfQueue(fleet, name, queue));
  const services = Object.entries(fleet.services).flatMap(([name, service]) => [
    ...problemsOfNames(fleet, name, [
      ...(service.publishes ?? []),
      ...(service.kind === "consumer" ? [service.consumes] : []),
    ]),
    ...atMost(name, "stopTimeoutSeconds", service.stopTimeoutSeconds, limits.stopTimeoutSeconds),
    ...(service.kind === "consumer" ? problemsOfConsumer(fleet, name, service) : []),
    ...(service.kind === "http" ? problemsOfHttp(name, service) : []),
  ]);
  return [...queues, ...services];
}

function problemsOfQueue(fleet: FleetDeclaration, name: string, queue: QueueDeclaration): string[] {
  const problems = [
    ...atMost(name, "retentionSeconds", queue.retentionSeconds, limits.retentionSeconds),
    ...atMost(name, "visibilityTimeoutSeconds", queue.visibilityTimeoutSeconds, limits.visibilityTimeoutSeconds),
  ];
  if (!queue.deadLetter) return problems;
  if (queue.deadLetter.maxReceiveCount < 2)
    problems.push(
      `queue ${name}: maxReceiveCount ${queue.deadLetter.maxReceiveCount} dead-letters a message whose first response was lost; use 2 or more`,
    );
  const target = fleet.queues[queue.deadLetter.queue];
  if (!target) return [...problems, unknownQueue(fleet, `queue ${name}`, queue.deadLetter.queue)];
  if (target.deadLetter)
    problems.push(
      `queue ${name}: its dead-letter queue ${queue.deadLetter.queue} has a dead-letter queue of its own; remove one`,
    );
  // SQS keeps the original enqueue time on a move, so a dead letter lives for the DLQ's retention minus its age.
  if (target.retentionSeconds <= queue.retentionSeconds)
    problems.push(
      `queue ${name}: its dead-letter queue ${queue.deadLetter.queue} keeps messages ${target.retentionSeconds} s, no longer than ${name} itself (${queue.retentionSeconds} s), so a late dead letter expires at once; raise it`,
    );
  return problems;
}

function problemsOfConsumer(fleet: FleetDeclaration, name: string, service: ConsumerService): string[] {
  const problems = atMost(name, "waitTimeSeconds", service.waitTimeSeconds, limits.waitTimeSeconds);
  const queue = fleet.queues[service.consumes];
  if (queue && queue.visibilityTimeoutSeconds <= service.handlerTimeoutSeconds)
    problems.push(
      `service ${name}: a handler may run ${service.handlerTimeoutSeconds} s but queue ${service.consumes} hides a message for only ${queue.visibilityTimeoutSeconds} s; raise visibilityTimeoutSeconds above handlerTimeoutSeconds`,
    );
  const drainSeconds = service.waitTimeSeconds + service.handlerTimeoutSeconds;
  if (drainSeconds >= service.stopTimeoutSeconds)
    problems.push(
      `service ${name}: a drain can take ${drainSeconds} s (waitTimeSeconds + handlerTimeoutSeconds) but the process is killed after ${service.stopTimeoutSeconds} s; raise stopTimeoutSeconds or lower one of the two`,
    );
  for (const field of ["slots", "receivers"] as const)
    if (service[field] < 1) problems.push(`service ${name}: ${field} is ${service[field]}; it needs at least 1`);
  for (const field of ["acceptableWaitSeconds", "secondsPerMessage"] as const)
    if (!(service.scaling[field] > 0))
      problems.push(`service ${name}: ${field} is ${service.scaling[field]}; a backlog target needs more than 0`);
  return problems;
}

function problemsOfHttp(name: string, { keepAliveSeconds, loadBalancerIdleSeconds }: HttpService): string[] {
  if (keepAliveSeconds > loadBalancerIdleSeconds) return [];
  return [
    `service ${name}: its connections are closed after ${keepAliveSeconds} s, and its load balancer uses them for ${loadBalancerIdleSeconds} s; raise keepAliveSeconds above loadBalancerIdleSeconds`,
  ];
}

function problemsOfNames(fleet: FleetDeclaration, service: string, names: readonly string[]): string[] {
  return names.filter((queue) => !fleet.queues[queue]).map((queue) => unknownQueue(fleet, `service ${service}`, queue));
}

function unknownQueue(fleet: FleetDeclaration, owner: string, queue: string): string {
  return `${owner}: there is no queue ${queue}; declared are ${Object.keys(fleet.queues).join(", ")}`;
}

function atMost(owner: string, field: string, value: number, most: number): string[] {
  if (Number.isInteger(value) && value >= 0 && value <= most) return [];
  return [`${owner}: ${field} is ${value}; it must be a whole number from 0 to ${most}`];
}
