import { databaseLink, owner } from "./database.ts";
import { image } from "./image.ts";
import { network } from "./network.ts";
import { declareOneShot, operatorEntryPoint, runOf } from "./one-shot.ts";

const name = "Migration";

/**
 * What every service waits for: the migrations of its own version, applied by an ECS task while the tasks of the
 * previous version keep working. When the task fails so does the deploy, before any service is touched.
 */
export const migrated: readonly $util.Resource[] = owner && image ? [runDuringDeploy(declareTask(owner, image))] : [];

// The developer's own Postgres, from the sources.
if ($dev)
  new sst.x.DevCommand(name, {
    link: [databaseLink.app],
    dev: { command: `node ${operatorEntryPoint} migrate`, directory: ".", autostart: true },
  });

/** The only task that may read the master user's name and password: ECS hands it over at the start, as JSON. */
function declareTask(access: NonNullable<typeof owner>, { uri }: NonNullable<typeof image>): sst.aws.Task {
  return declareOneShot(name, {
    image: uri,
    words: ["migrate", "--with-roles"],
    environment: { SST_RESOURCE_Database: $jsonStringify(access.binding) },
    secrets: { DATABASE_OWNER_SECRET: access.secretArn },
    permissions: [access.permission],
  });
}

/**
 * Runs when the image or the task has changed, and again after a failure. Pulumi has no resource for "a task that has
 * run", so this is a command on the deploying machine, with the deploy's own credentials.
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
        TASK: $jsonStringify(runOf(name, task, network.securityGroups.migration)),
      },
    },
    // Until its rules are in place the task could reach neither its image nor the database.
    { dependsOn: [task, ...network.rules] },
  );
}
