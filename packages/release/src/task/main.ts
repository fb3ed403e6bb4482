import { ECSClient } from "@aws-sdk/client-ecs";
import { readConfig } from "./config.ts";
import { whileRolesAreNew } from "./new-role.ts";
import { runToEnd } from "./run-to-end.ts";

// What `sst deploy` runs between the build of the image and the update of the services; see infra/migration.ts.

/** A migration's statements may take 15 minutes; a task takes up to two to start. */
const deadlineSeconds = 1_200;

try {
  const { task, region, credentials } = readConfig();
  const client = new ECSClient({ region, ...(credentials && { credentials }) });
  const onStarted = (arn: string) => process.stdout.write(`started ${arn}\n`);
  const onRepeat = (reason: string) => process.stdout.write(`again, as the task's roles may be too new: ${reason}\n`);
  await whileRolesAreNew(() => runToEnd(client, task, { deadlineSeconds, pollSeconds: 3, onStarted }), {
    propagationSeconds: 60,
    pauseSeconds: 3,
    onRepeat,
  });
  process.stdout.write("done\n");
} catch (err) {
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
  process.exitCode = 1;
}
