import type { ServiceDeclaration } from "@gift/fleet/declaration";
import type { QueueName } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import { preload, tracerEnvironment } from "@gift/telemetry/preload";
import type { ContainerDefinition } from "./container.ts";
import { agentName, logLabels, logVolume, serviceTags } from "./datadog.ts";
import { image } from "./image.ts";
import { logFolderName } from "./log-folder.ts";
import { stage } from "./stage.ts";

/** The container that runs our image, in every service. */
export const processName = "process";

/**
 * Read-only but for these: the log, and what Node writes under /tmp. The image declares both as volumes of its user.
 */
export const writableVolumes = [logVolume, { name: "temporary", path: "/tmp" }] as const;

export interface ProcessOptions {
  /** The fleet's entries that one process of this service runs; it stops as slowly as the slowest of them. */
  readonly runs: readonly ServiceDeclaration<QueueName>[];
  /** What the image runs, and `sst dev` too: a file of ours, without `node`. */
  readonly entryPoint: string;
  /** `service` of the process's own log lines, and of its Datadog tags. */
  readonly tag: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What differs in `sst dev`, where the process runs on the developer's machine. */
  readonly developmentEnvironment: Readonly<Record<string, string>>;
  /** Names of variables, and ARNs of the parameters whose values ECS puts into them. */
  readonly secrets?: Readonly<Record<string, $util.Input<string>>> | undefined;
  /** Port of a process that listens. */
  readonly port?: number;
  readonly health?: NonNullable<sst.aws.ServiceArgs["health"]>;
}

/** The container of our image, as far as SST's arguments go, and what `sst dev` starts in its place. */
export function processContainer(options: ProcessOptions, logGroup: string) {
  const environment = {
    NODE_OPTIONS: nodeOptions(options.runs),
    LOG_LEVEL: "info",
    TEST_VALUES: stage.testValues,
    ...options.environment,
    ...($dev ? options.developmentEnvironment : productionEnvironment(options.tag)),
  };
  return {
    name: processName,
    image: image?.uri,
    // In `sst dev` there is no agent beside the process, and nothing is traced.
    command: ["node", ...preload, options.entryPoint],
    environment,
    ssm: options.secrets,
    health: options.health,
    logging: loggingOf(logGroup, processName),
    // Restarts on every saved file; the queue and, unless the stage says otherwise, the database are the real ones.
    dev: { command: `node --watch ${options.entryPoint}`, directory: ".", autostart: true },
  };
}

function productionEnvironment(tag: string): Record<string, string> {
  return { NODE_ENV: "production", LOG_DIRECTORY: logVolume.path, ...tracerEnvironment, ...serviceTags(tag) };
}

/** A log group per container, below the service's. */
export function loggingOf(group: string, container: string) {
  return { name: `${group}/${container}`, retention: stage.logRetention };
}

/** The rest of it: who it is, what it may write to, and how long it may take to stop. */
export function asProcess(container: ContainerDefinition, { runs, port, tag }: ProcessOptions): ContainerDefinition {
  return {
    ...container,
    essential: true,
    user: "1000:1000",
    readonlyRootFilesystem: true,
    stopTimeout: Math.max(...runs.map(({ stopTimeoutSeconds }) => stopTimeoutSeconds)),
    pseudoTerminal: false,
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    portMappings: port ? [{ containerPort: port, protocol: "tcp" }] : [],
    mountPoints: writableVolumes.map(({ name, path }) => ({
      sourceVolume: name,
      containerPath: path,
      readOnly: false,
    })),
    dependsOn: [
      // START and not HEALTHY: a deploy doesn't wait for telemetry. ECS stops in reverse, so the agent sees our last
      // lines.
      { containerName: agentName, condition: "START" },
      // COMPLETE and not SUCCESS: without a log file the service works all the same, and says so in a metric.
      { containerName: logFolderName, condition: "COMPLETE" },
    ],
    dockerLabels: logLabels(tag),
  };
}
