import { containersOf, named, ofType } from "./synth/read.ts";
import type { Resource, Stack } from "./synth/stack.ts";

/** A container as ECS is told, with everything that the service's tests look at. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly essential?: boolean;
  readonly memory?: number;
  readonly user?: string;
  readonly readonlyRootFilesystem?: boolean;
  readonly pseudoTerminal?: boolean;
  readonly stopTimeout?: number;
  readonly restartPolicy?: { readonly enabled: boolean };
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: string }[];
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly portMappings?: readonly { readonly containerPort: number }[];
  readonly mountPoints?: readonly MountPoint[];
  readonly dockerLabels?: Readonly<Record<string, string>>;
  readonly healthCheck?: { readonly command: readonly string[] };
  readonly linuxParameters?: { readonly capabilities?: { readonly drop: readonly string[] } };
  readonly logConfiguration?: { readonly options: Readonly<Record<string, string>> };
}

interface MountPoint {
  readonly sourceVolume: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

/** An ECS service with the three containers of its tasks. */
export interface DeployedService {
  /** Of the SST component, e.g. `GiftWorker`. */
  readonly name: string;
  readonly service: Resource;
  readonly definition: Resource;
  readonly process: Container;
  readonly agent: Container;
  readonly logFolder: Container;
}

/** Every ECS service of a stack. */
export function servicesOf(stack: Stack): readonly DeployedService[] {
  return ofType(stack, "aws:ecs/service:Service").map((service) => {
    const name = service.name.replace(/Service$/, "");
    const definition = named(stack, `${name}Task`);
    const containers: readonly Container[] = containersOf(definition);
    const [process, agent, logFolder] = ["process", "datadog-agent", "log-folder"].map((wanted) =>
      containers.find((one) => one.name === wanted),
    );
    if (!process || !agent || !logFolder || containers.length !== 3)
      throw new Error(`${name} has other containers than its three`);
    return { name, service, definition, process, agent, logFolder };
  });
}

/**
 * The service of that name.
 * @throws Error when the stack has none
 */
export function serviceNamed(stack: Stack, name: string): DeployedService {
  const found = servicesOf(stack).find((service) => service.name === name);
  if (!found) throw new Error(`stage ${stack.stage} has no service ${name}`);
  return found;
}

/** A container's plain variables by name. */
export function environmentOf({ environment = [] }: Container): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(environment.map(({ name, value }) => [name, value]));
}

/** Names of the bindings that a container is given. */
export function bindingsOf(container: Container): ReadonlySet<string> {
  const names = Object.keys(environmentOf(container)).filter((name) => name.startsWith("SST_RESOURCE_"));
  return new Set(names.map((name) => name.replace("SST_RESOURCE_", "")));
}
