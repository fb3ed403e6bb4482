import { desiredTasks } from "../system/system.ts";
import type { Scenario } from "./scenario.ts";

export const workerStopped: Scenario = {
  name: "worker-stopped",
  injected: "both gift workers are gone and not replaced",
  shows: "sends are accepted and wait; nothing is lost; started again, the workers catch up",
  expects: ["tasks-missing-gift", "queue-age-gift"],
  inject: ({ system }) => system.services.gift.loseTasks(),
  repair: ({ step, system }) =>
    step("start the service again (aws ecs update-service --force-new-deployment)", () =>
      system.services.gift.scaleTo(desiredTasks.gift),
    ),
};
