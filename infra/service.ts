import { capacityOf } from "./capacity.ts";
import { cluster } from "./cluster.ts";
import { rewriteContainers } from "./container.ts";
import { agent, agentName, agentVolume, asSidecar } from "./datadog.ts";
import { architecture } from "./image.ts";
import { linksOf } from "./link.ts";
import { logFolderOf } from "./log-folder.ts";
import { migrated } from "./migration.ts";
import { network } from "./network.ts";
import { asProcess, loggingOf, type ProcessOptions, processContainer, writableVolumes } from "./process.ts";
import { narrowExecutionRole, parameterAccess, withoutExec } from "./role.ts";
import { stage } from "./stage.ts";
import type { ServiceRow } from "./stage-row.ts";

export interface ServiceOptions extends ProcessOptions {
  readonly row: ServiceRow;
  readonly securityGroup: aws.ec2.SecurityGroup;
  /** Percent of CPU that scaling aims at; absent when only other signals count. */
  readonly targetCpuPercent?: number;
  readonly permissions?: NonNullable<sst.aws.ServiceArgs["permissions"]>;
  /** Last word on the ECS service. */
  readonly adjust?: (args: aws.ecs.ServiceArgs, opts: $util.CustomResourceOptions) => void;
}

/**
 * One ECS service of the one image: the process, the Datadog agent beside it, what it may do and how it is replaced.
 * Its first task starts after the migrations.
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
      ...(agent ? [{ ...agent.container, logging: loggingOf(logGroup, agentName) }] : []),
    ],
    transform: {
      taskRole: withoutExec,
      executionRole: narrowExecutionRole(logGroup, [parameterAccess(Object.values(options.secrets ?? {}))]),
      taskDefinition: rewriteContainers(
        (container) =>
          container.name === agentName ? asSidecar(container) : [asProcess(container, options), logFolderOf(container)],
        [...writableVolumes, agentVolume].map((volume) => volume.name),
      ),
      service: (args, opts) => replaceSafely(args, opts, options),
    },
  });
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
