import { agentSilent } from "./agent-silent.ts";
import { backlog } from "./backlog.ts";
import { badDeploy } from "./bad-deploy.ts";
import { connections } from "./connections.ts";
import { duplicates } from "./duplicates.ts";
import { kill } from "./kill.ts";
import { poisonMessage } from "./poison-message.ts";
import { postgresDown } from "./postgres-down.ts";
import { providerRefuses } from "./provider-refuses.ts";
import { queuePurged } from "./queue-purged.ts";
import type { Scenario } from "./scenario.ts";
import { slowProvider } from "./slow-provider.ts";
import { sqsDown } from "./sqs-down.ts";
import { workerStopped } from "./worker-stopped.ts";

/** Every rehearsal, in the order of `rehearse all`. */
export const scenarios: readonly Scenario[] = [
  workerStopped,
  backlog,
  postgresDown,
  sqsDown,
  queuePurged,
  poisonMessage,
  slowProvider,
  providerRefuses,
  badDeploy,
  kill,
  duplicates,
  agentSilent,
  connections,
];

/** Monitors that nothing on this machine can make alert, and why. */
export const unrehearsable: Readonly<Record<string, string>> = {
  "database-cpu": "RDS's CPU is an instance's own; here the load, the services and Postgres share one machine",
  "database-storage": "the embedded Postgres has the disk of this machine, which nobody wants to fill",
};
