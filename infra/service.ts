import type { ServiceDeclaration } from "@gift/fleet/declaration";
import type { QueueName } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import { capacityOf } from "./capacity.ts";
import { cluster } from "./cluster.ts";
import { type ContainerDefinition, rewriteContainers } from "./container.ts";
import { agent, agentName, agentVolume, asSidecar, logLabels, logVolume, serviceTags } from "./datadog.ts";
import { architecture, image } from "./image.ts";
import { linksOf } from "./link.ts";
import { migrated } from "./migration.ts";
import { network } from "./network.ts";
import { narrowExecutionRole, withoutExec } from "./role.ts";
import { stage } from "./stage.ts";
import type { ServiceRow } from "./stage-row.ts";

/** The container that runs our image, in every service. */
export const processName = "process";

/** Read-only but for these: the log, and what Node writes under /tmp. The image declares both as volumes of its user. */
const writable = [logVolume, { name: "temporary", path: "/tmp" }] as const;

export interface ServiceOptions {
  /** The fleet's entries that one process of this service runs; it stops as slowly as the slowest of them. */
  readonly runs: readonly ServiceDeclaration<QueueName>[];
  /** What the image runs, and `sst dev` too: a file of ours, without `node`. */
  readonly entryPoint: string;
  /** `service` of the process's own log lines, and of its Datadog tags. */
  readonly tag: string;
  readonly row: ServiceRow;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly environment: Readonly<Record<string, string>>;
  /** What differs in `sst dev`, where the process runs on the developer's machine. */
  readonly developmentEnvironment: Readonly<Record<string, string>>;
  /** Port of a process that listens. */
  readonly port?: number;
  readonly health?: NonNullable<sst.aws.ServiceArgs["health"]>;
  /** Percent of CPU that scaling aims at; absent when only other signals count. */
  readonly targetCpuPercent?: number;
  readonly permissions?: NonNullable<sst.aws.ServiceArgs["permissions"]>;
  /** Last word on the ECS service. */
  readonly adjust?: (args: aws.ecs.ServiceArgs, opts: $util.CustomResourceOptions) => void;
}

/**
 * One ECS service of the one image: the process, the Datadog agent beside it, what it may do and how it is replaced. Its first
 * task starts after the migrations.
 * @param name of the component and of the ECS service
 * @returns the component; in `sst dev` it has no ECS service, and what reads its `nodes` throws
 */
export function declareService(name: string, options: ServiceOptions): sst.aws.Service {
  const { row } = options;
  const logGroup = `/${$app.name}/${stage.name}/${name}`;
  return new sst.aws.Service(name, {
    cluster,
    architecture,
    cpu: row.cpu,
    memory: row.memory,
    link: linksOf(options.runs),
    permissions: options.permissions,
    capacity: capacityOf(row),
    scaling: scalingOf(options),
    // `sst deploy` ends when the tasks run. It ends well after a rollback too: .github verifies which version runs.
    wait: true,
    containers: [
      processContainer(options, logGroup),
      ...(agent ? [{ ...agent.container, logging: logging(logGroup, agentName) }] : []),
    ],
    transform: {
      taskRole: withoutExec,
      executionRole: narrowExecutionRole(logGroup),
      taskDefinition: rewriteContainers(
        (container) => (container.name === agentName ? asSidecar(container) : asProcess(container, options)),
        [...writable, agentVolume].map((volume) => volume.name),
      ),
      service: (args, opts) => replaceSafely(args, opts, options),
    },
  });
}

function processContainer(options: ServiceOptions, logGroup: string) {
  const environment = {
    NODE_OPTIONS: nodeOptions(options.runs),
    LOG_LEVEL: "info",
    TEST_VALUES: stage.testValues,
    ...options.environment,
    ...($dev ? options.developmentEnvironment : { NODE_ENV: "production", ...serviceTags(options.tag) }),
  };
  return {
    name: processName,
    image: image?.uri,
    command: ["node", options.entryPoint],
    environment,
    health: options.health,
    logging: logging(logGroup, processName),
    // Restarts on every saved file; the queue and, unless the stage says otherwise, the database are the real ones.
    dev: { command: `node --watch ${options.entryPoint}`, directory: ".", autostart: true },
  };
}

function logging(group: string, container: string) {
  return { name: `${group}/${container}`, retention: stage.logRetention };
}

/** A policy that has nothing to decide would still cost two alarms. */
function scalingOf({ row, targetCpuPercent }: ServiceOptions): NonNullable<sst.aws.ServiceArgs["scaling"]> {
  const canScale = row.maxTasks > row.minTasks;
  return {
    min: row.minTasks,
    max: row.maxTasks,
    cpuUtilization: canScale && targetCpuPercent ? targetCpuPercent : false,
    memoryUtilization: false,
    scaleOutCooldown: "30 seconds",
    scaleInCooldown: "5 minutes",
  };
}

function asProcess(container: ContainerDefinition, { runs, port, tag }: ServiceOptions): ContainerDefinition {
  return {
    ...container,
    essential: true,
    user: "1000:1000",
    readonlyRootFilesystem: true,
    stopTimeout: Math.max(...runs.map(({ stopTimeoutSeconds }) => stopTimeoutSeconds)),
    pseudoTerminal: false,
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    portMappings: port ? [{ containerPort: port, protocol: "tcp" }] : [],
    mountPoints: writable.map(({ name, path }) => ({ sourceVolume: name, containerPath: path, readOnly: false })),
    // START and not HEALTHY: a deploy doesn't wait for telemetry. ECS stops in reverse, so the agent sees our last lines.
    dependsOn: [{ containerName: agentName, condition: "START" }],
    dockerLabels: logLabels(tag),
  };
}

function replaceSafely(
  args: aws.ecs.ServiceArgs,
  opts: $util.CustomResourceOptions,
  { securityGroup, adjust }: ServiceOptions,
): undefined {
  args.networkConfiguration = {
    assignPublicIp: network.taskHasPublicAddress,
    subnets: network.subnets.task,
    securityGroups: [securityGroup.id],
  };
  // New tasks first, then the old ones go: capacity never drops, and the circuit breaker (SST's default) can go back.
  args.deploymentMinimumHealthyPercent = 100;
  args.deploymentMaximumPercent = 200;
  args.enableExecuteCommand = false;
  args.propagateTags = "SERVICE";
  args.enableEcsManagedTags = true;
  // Scaling owns the number of tasks: after a refresh, a deploy would set it back to the minimum.
  opts.ignoreChanges = ["desiredCount"];
  opts.dependsOn = [...migrated];
  adjust?.(args, opts);
}
