import { cluster } from "./cluster.ts";
import { type ContainerDefinition, rewriteContainers } from "./container.ts";
import { architecture } from "./image.ts";
import { network } from "./network.ts";
import { narrowExecutionRole, withoutExec } from "./role.ts";
import { stage } from "./stage.ts";

export interface OneShotOptions {
  /** URI of the image, by digest. */
  readonly image: $util.Input<string>;
  /** Words after `node packages/ops/src/main.ts`. */
  readonly words: readonly string[];
  /** What the container gets as environment, by ECS, from Secrets Manager. */
  readonly secrets?: Readonly<Record<string, $util.Input<string>>>;
  readonly environment?: Readonly<Record<string, $util.Input<string>>>;
  readonly link?: readonly sst.Linkable<object>[];
  readonly permissions?: NonNullable<sst.aws.TaskArgs["permissions"]>;
}

/** The operator's command line, in the image and from the sources. */
export const operatorEntryPoint = "packages/ops/src/main.ts";

/** CloudWatch group of a one-shot task's output. */
function logGroupOf(name: string): string {
  return `/${$app.name}/${stage.name}/${name}`;
}

/**
 * A task of the one image that runs an operator's command once. No Datadog agent: it would outlive the command.
 * @param name of the component and of its container
 */
export function declareOneShot(name: string, options: OneShotOptions): sst.aws.Task {
  const secretArns = Object.values(options.secrets ?? {});
  const readSecrets = { actions: ["secretsmanager:GetSecretValue"], resources: secretArns };
  return new sst.aws.Task(name, {
    cluster,
    architecture,
    cpu: "0.25 vCPU",
    memory: "0.5 GB",
    image: options.image,
    command: ["node", operatorEntryPoint, ...options.words],
    environment: { NODE_ENV: "production", ...options.environment },
    ssm: options.secrets,
    link: [...(options.link ?? [])],
    permissions: options.permissions,
    logging: { name: logGroupOf(name), retention: stage.logRetention },
    // In `sst dev` too it would run in the cloud: nothing declares one there.
    dev: false,
    transform: {
      taskRole: withoutExec,
      executionRole: narrowExecutionRole(logGroupOf(name), secretArns.length > 0 ? [readSecrets] : []),
      taskDefinition: rewriteContainers(hardened, []),
    },
  });
}

/** What `packages/release` needs to run the task: inside a deploy, or for an operator. */
export function runOf(name: string, task: sst.aws.Task, securityGroup: aws.ec2.SecurityGroup) {
  return {
    cluster: cluster.nodes.cluster.arn,
    taskDefinition: task.taskDefinition,
    container: name,
    subnets: network.subnets.task,
    securityGroups: [securityGroup.id],
    hasPublicAddress: network.taskHasPublicAddress,
    logGroup: logGroupOf(name),
  };
}

function hardened(container: ContainerDefinition): ContainerDefinition {
  return {
    ...container,
    user: "1000:1000",
    readonlyRootFilesystem: true,
    pseudoTerminal: false,
    portMappings: [],
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
  };
}
