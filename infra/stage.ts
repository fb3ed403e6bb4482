import { requireDatadogKeys } from "./datadog-key.ts";
import { isPermanent, stageOf } from "./stage-table.ts";

// SST takes more. ECR would refuse the name of the stage's repository in the middle of the deploy.
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test($app.stage))
  throw new Error(
    `a stage's name is lower-case letters and digits, a letter first, single dashes between: not ${$app.stage}`,
  );

// `sst dev` runs services and database on the developer's machine and removes what a deploy had put in their place.
if ($dev && isPermanent($app.stage))
  throw new Error(`sst dev would remove the services and the database of ${$app.stage}: use a stage of your own`);

/** The row of the stage that is being deployed. Nothing else in `infra/` asks which stage that is. */
export const stage = { name: $app.stage, ...stageOf($app.stage) };

if (stage.monitors && !$dev) requireDatadogKeys(stage.name);
