import { stageOf } from "./stage-table.ts";

/** The row of the stage that is being deployed. Nothing else in `infra/` asks which stage that is. */
export const stage = { name: $app.stage, ...stageOf($app.stage) };
