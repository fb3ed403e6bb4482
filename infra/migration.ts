import { cluster } from "./cluster.ts";
import { type ContainerDefinition, rewriteContainers } from "./container.ts";
import { databaseLink, owner } from "./database.ts";
import { architecture, image } from "./image.ts";
import { network } from "./network.ts";
import { narrowExecutionRole, withoutExec } from "./role.ts";
import { stage } from "./stage.ts";

const name = "Migration";
const entryPoint = "packages/ops/src/main.ts";
const logGroup = `/${$app.name}/${stage.name}/${name}`;

/**
 * What every service waits for: the migrations of its own version, applied by an ECS task while the tasks of the previous
 * version keep working. When the task fails so does the deploy, before any service is touched.
 */
export const migrated: readonly $util.Resource[] = owner && image ? [deployMigration(owner, image)] : [];

// The developer's own Postgres, from the sources.
if ($dev)
  new sst.x.DevCommand(name, {
    link: [databaseLink.app],
    dev: { command: `node ${entryPoint} migrate`, directory: ".", autostart: true },
  });

function deployMigration(access: NonNullable<typeof owner>, { uri }: NonNullable<typeof image>): command.local.Command {
  const task = new sst.aws.Task(name, {
    cluster,
    architecture,
    cpu: "0.25 vCPU",
    memory: "0.5 GB",
    image: uri,
    command: ["node", entryPoint, "migrate", "--with-roles"],
    environment: { NODE_ENV: "production", SST_RESOURCE_Database: $jsonStringify(access.binding) },
    // The master user's name and password, as JSON. ECS reads it at the start: it is in no definition.
    ssm: { DATABASE_OWNER_SECRET: access.secretArn },
    permissions: [access.permission],
    logging: { name: logGroup, retention: stage.logRetention },
    transform: {
      taskRole: withoutExec,
      executionRole: narrowExecutionRole(logGroup, {
        actions: ["secretsmanager:GetSecretValue"],
        resources: [access.secretArn],
      }),
      taskDefinition: rewriteContainers(asOneShot, []),
    },
  });
  return runDuringDeploy(task);
}

function asOneShot(container: ContainerDefinition): ContainerDefinition {
  return {
    ...container,
    user: "1000:1000",
    readonlyRootFilesystem: true,
    pseudoTerminal: false,
    portMappings: [],
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
  };
}

/**
 * Runs when the image or the task has changed, and again after a failure. Pulumi has no resource for "a task that has run", so
 * this is a command on the deploying machine, with the deploy's own credentials.
 */
function runDuringDeploy(task: sst.aws.Task): command.local.Command {
  const run = "node_modules/.bin/node packages/release/src/task/main.ts";
  return new command.local.Command(
    `${name}Run`,
    {
      create: run,
      update: run,
      dir: $cli.paths.root,
      triggers: [task.taskDefinition],
      environment: {
        TASK: $jsonStringify({
          cluster: cluster.nodes.cluster.arn,
          taskDefinition: task.taskDefinition,
          container: name,
          subnets: network.subnets.task,
          securityGroups: [network.securityGroups.migration.id],
          hasPublicAddress: network.taskHasPublicAddress,
          logGroup,
        }),
      },
    },
    // Until its roles and rules are in place the task couldn't start, or reach anything.
    { dependsOn: [task, ...network.rules] },
  );
}
