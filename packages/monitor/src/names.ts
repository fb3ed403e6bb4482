import type { Resource } from "./series.ts";
import type { SloId } from "./slo.ts";

/** What AWS calls the resources of one stage; known only once they exist. */
export interface Names {
  /** The stage: value of the tag `env`. */
  readonly stage: string;
  /** `app/<name>/<id>`: the end of the load balancer's ARN. */
  readonly loadBalancer: string;
  readonly cluster: string;
  readonly database: string;
  /** By the fleet's name. */
  readonly queues: Readonly<Record<string, string>>;
}

/** What Datadog calls the SLOs. */
export type SloNames = Readonly<Record<SloId, string>>;

/**
 * The tags by which Datadog finds a resource's CloudWatch metrics. Datadog keeps tag values in lower case.
 * @throws Error for a queue that has no name
 */
export function scopeOf(resource: Resource, names: Names): string {
  return scope(resource, names).toLowerCase();
}

function scope(resource: Resource, names: Names): string {
  switch (resource.kind) {
    case "load-balancer":
      return `loadbalancer:${names.loadBalancer}`;
    case "database":
      return `dbinstanceidentifier:${names.database}`;
    case "service":
      return `clustername:${names.cluster},servicename:${resource.name}`;
    case "queue":
      return `queuename:${queueName(resource.name, names)}`;
  }
}

function queueName(name: string, { queues }: Names): string {
  const found = queues[name];
  if (found === undefined) throw new Error(`there is no queue ${name}: known are ${Object.keys(queues).join(", ")}`);
  return found;
}
