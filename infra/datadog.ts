import type { ContainerDefinition } from "./container.ts";
import { stage } from "./stage.ts";
import { datadogSite } from "./stage-table.ts";
import { version } from "./version.ts";

type Container = Extract<NonNullable<sst.aws.ServiceArgs["containers"]>, readonly unknown[]>[number];

export const agentName = "datadog-agent";

/**
 * The volume that the process writes its log to and the agent reads it from; the image owns the path (its `VOLUME`).
 */
export const logVolume = { name: "log", path: "/var/log/gift" };

const agentEnvironment = {
  ECS_FARGATE: "true",
  DD_SITE: datadogSite,
  DD_APM_ENABLED: "true",
  DD_LOGS_ENABLED: "true",
  DD_ECS_TASK_COLLECTION_ENABLED: "true",
  DD_DOGSTATSD_ORIGIN_DETECTION: "true",
  DD_DOGSTATSD_ORIGIN_DETECTION_CLIENT: "true",
  // Adds `task_arn`, which makes a billed series of every metric for every task. Without it counts are lost: on Fargate
  // metrics have no host, and of two tasks' points with the same tags and time Datadog keeps one (datadog-agent#3159).
  DD_DOGSTATSD_TAG_CARDINALITY: "orchestrator",
  DD_APM_IGNORE_RESOURCES: "GET /healthz,GET /readyz",
  DD_TAGS: `env:${stage.name} app:${$app.name}`,
};

/** The agent's container and the parameters that it is given as secrets; undefined in `sst dev`. */
export const agent = $dev ? undefined : declareAgent();

/** Where the agent keeps how far it has read: without it a restart in place would send the log again from its start. */
export const agentVolume = { name: "agent", path: "/opt/datadog-agent/run" };

/** Unified service tags, which link a service's logs, traces and metrics. On the process and not on the agent. */
export function serviceTags(service: string): Record<string, string> {
  return { DD_ENV: stage.name, DD_SERVICE: service, DD_VERSION: version };
}

/**
 * What SST can't say about the agent: it may end without ending the task, comes back in place, sees no link (SST gives
 * every link to every container) and keeps its own init.
 */
export function asSidecar(container: ContainerDefinition): ContainerDefinition {
  const { linuxParameters: _initOfSst, environment = [], ...rest } = container;
  return {
    ...rest,
    essential: false,
    restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
    stopTimeout: 60,
    pseudoTerminal: false,
    portMappings: [],
    environment: environment.filter(({ name }) => !name.startsWith("SST_")),
    mountPoints: [
      { sourceVolume: logVolume.name, containerPath: logVolume.path, readOnly: true },
      { sourceVolume: agentVolume.name, containerPath: agentVolume.path, readOnly: false },
    ],
  };
}

/**
 * Docker labels of the process's container: the tags again, for logs, and where its log is. The agent tails the file
 * and keeps its place on disk; on Fargate it can't read another container's standard output.
 */
export function logLabels(service: string): Record<string, string> {
  const source = { type: "file", path: `${logVolume.path}/*.log`, source: "nodejs", service };
  return {
    "com.datadoghq.tags.env": stage.name,
    "com.datadoghq.tags.service": service,
    "com.datadoghq.tags.version": version,
    "com.datadoghq.ad.logs": JSON.stringify([{ ...source, auto_multi_line_detection: false }]),
  };
}

/**
 * No port mappings and no DD_AGENT_HOST anywhere: containers of one task share localhost, and the tracer finds port
 * 8126 there.
 */
function declareAgent() {
  const { arn } = declareApiKey();
  const container: Container = {
    name: agentName,
    // Pinned: in February 2024 a newer image under the floating tag crashed Fargate sidecars (datadog-agent#23048).
    image: "public.ecr.aws/datadog/agent:7.70.0",
    // A hard limit: an agent that leaks is killed and restarted and takes no memory from the process.
    memory: "0.25 GB",
    environment: agentEnvironment,
    ssm: { DD_API_KEY: arn },
    // The image's own check.
    health: {
      command: ["CMD-SHELL", "/probe.sh"],
      startPeriod: "60 seconds",
      interval: "15 seconds",
      timeout: "5 seconds",
      retries: 3,
    },
  };
  return { container, secretArns: [arn] };
}

/**
 * A parameter whose value is set by hand (docs/deploying.md), so that it is in no state and no task definition. It is
 * declared all the same: ECS starts no container of a task whose secret doesn't exist, the service's own included.
 */
function declareApiKey(): aws.ssm.Parameter {
  return new aws.ssm.Parameter(
    "DatadogApiKey",
    { name: `/${$app.name}/${stage.name}/datadog-api-key`, type: "SecureString", value: "not set yet" },
    { ignoreChanges: ["value"] },
  );
}
