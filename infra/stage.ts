import { requireDatadogKeys } from "./datadog-key.ts";
import { isPermanent, stageOf } from "./stage-table.ts";

// `sst dev` runs services and database on the developer's machine and removes what a deploy had put in their place.
if ($dev && isPermanent($app.stage))
  throw new Error(`sst dev would remove the services and the database of ${$app.stage}: use a stage of your own`);

/** The row of the stage that is being deployed. Nothing else in `infra/` asks which stage that is. */
export const stage = { name: $app.stage, ...stageOf($app.stage) };

if (stage.monitors && !$dev) requireDatadogKeys(stage.name);
