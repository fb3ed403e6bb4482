import { fleet } from "@gift/fleet/fleet";
import type { Definition } from "@gift/monitor/definition";
import type { Deployment } from "@gift/monitor/deployment";
import { monitorsOf } from "@gift/monitor/monitors";
import type { Thresholds } from "@gift/monitor/threshold";
import { desiredTasks } from "./system/system.ts";

/** Production's numbers; a test holds them against `infra/threshold.ts`. What only makes sense at another size follows below. */
export const thresholds: Thresholds = {
  apiErrorPercent: { critical: 5, warning: 2 },
  apiLatencySeconds: { critical: 0.8, warning: 0.3 },
  queueAgeSeconds: { critical: 300, warning: 120 },
  queueBacklogWaits: { critical: 1, warning: 0.5 },
  sendFailures: { critical: 20, warning: 10 },
  deadLetters: { critical: 10, warning: 0 },
  outboxAgeSeconds: { critical: 120, warning: 30 },
  stuckGiftSeconds: { critical: 3_600, warning: 1_800 },
  databaseCpuPercent: { critical: 85, warning: 70 },
  // 80 % of what the server takes, as on AWS; the embedded Postgres takes 100.
  databaseConnections: { critical: 80, warning: 60 },
  databaseFreeGibibytes: { critical: 1, warning: 2 },
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
      { name: "sweeper", tag: "worker", runs: ["outbox", "dead-letters"], maxTasks: desiredTasks.sweeper },
    ],
    thresholds: {
      ...thresholds,
      queueBacklogWaits: { critical: critical / timeScale, warning: warning / timeScale },
    },
  };
}
