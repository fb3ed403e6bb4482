import { fleet } from "@gift/fleet/fleet";
import { otherRoles } from "@gift/local/stack/service-spec";
import type { Definition } from "@gift/monitor/definition";
import type { Deployment } from "@gift/monitor/deployment";
import { monitorsOf } from "@gift/monitor/monitors";
import type { Thresholds } from "@gift/monitor/threshold";
import { usualThresholds } from "@gift/monitor/usual-threshold";
import { desiredTasks } from "./system/system.ts";

/** The stages' own numbers. What only makes sense at another size follows below. */
export const thresholds: Thresholds = {
  ...usualThresholds,
  // 80 % of what the server takes, as on AWS; the embedded Postgres takes 100.
  databaseConnections: { critical: 80, warning: 60 },
};

/**
 * The monitors of the rehearsal's system: the real definitions, over the fleet and the processes that run it here.
 * @param timeScale a backlog is measured in waits; where a wait of a minute is a second, so many fewer messages fill it
 */
export function rehearsalMonitors(timeScale: number): readonly Definition[] {
  return monitorsOf(deploymentAt(timeScale));
}

function deploymentAt(timeScale: number): Deployment {
  const { critical, warning } = thresholds.queueBacklogWaits;
  return {
    fleet,
    services: [
      { name: "api", tag: "api", runs: ["api"], maxTasks: desiredTasks.api },
      { name: "gift", tag: "worker", runs: ["gift"], maxTasks: desiredTasks.gift },
      { name: "others", tag: "worker", runs: otherRoles, maxTasks: desiredTasks.others },
    ],
    thresholds: {
      ...thresholds,
      queueBacklogWaits: { critical: critical / timeScale, warning: warning / timeScale },
    },
  };
}
