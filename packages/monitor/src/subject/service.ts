import type { Definition } from "../definition.ts";
import type { DeployedService, Deployment } from "../deployment.ts";
import { agent, own, type ServiceTag, service } from "../series.ts";

/** Do the tasks of each ECS service run, do we hear from the agents of each kind, and do those get our log. */
export function serviceMonitors({ services }: Deployment): readonly Definition[] {
  const tags = new Set(services.map(({ tag }) => tag));
  return [...services.map(tasksMissing), ...Array.from(tags, agentSilent), logDropped];
}

function tasksMissing({ name, tag, runs }: DeployedService): Definition {
  const impact =
    tag === "api"
      ? "The API has less capacity than it should, or none: requests are slow or refused."
      : `Nothing or too little does the work of ${runs.join(", ")}: accepted sends wait, none is lost.`;
  return {
    id: "tasks-missing",
    key: `tasks-missing-${name}`,
    title: `${name} runs fewer tasks than it should`,
    priority: 1,
    condition: {
      kind: "metric",
      formula: {
        is: "difference",
        of: service(name, "aws.ecs.service.desired"),
        minus: service(name, "aws.ecs.service.running"),
      },
      // For a quarter of an hour: a rolling deploy starts new tasks before it ends old ones, a new task needs a minute
      // or two.
      during: "min",
      windowMinutes: 15,
      comparator: ">=",
      thresholds: { critical: 1 },
      onMissingData: "show_and_notify_no_data",
    },
    impact,
    firstChecks: [
      "Why tasks stop: ECS events of the service, and `stoppedReason` of its last stopped task",
      "Out of memory (exit code 137), a bad deploy, an image that can't be pulled, or no capacity on Spot",
      "The process's last log lines: `service.failed` says what it could not go on without",
    ],
  };
}

/**
 * A share of CPU is never below zero: only missing data alerts. Per tag and not per task, because a task that is
 * replaced takes its agent along.
 */
function agentSilent(tag: ServiceTag): Definition {
  return {
    id: "agent-silent",
    key: `agent-silent-${tag}`,
    title: `No telemetry from any ${tag}`,
    priority: 3,
    condition: {
      kind: "metric",
      formula: {
        is: "series",
        of: agent("ecs.fargate.cpu.percent", "avg", tag),
      },
      during: "avg",
      windowMinutes: 15,
      comparator: "<",
      thresholds: { critical: 0 },
      onMissingData: "show_and_notify_no_data",
    },
    impact:
      "Nobody feels it, but metrics, traces and logs are missing: every monitor that isn't CloudWatch's is blind.",
    firstChecks: [
      "Does the service have tasks at all: if not, this is a consequence of `tasks-missing`",
      "The agent's own log: a wrong API key (403) or the wrong Datadog site",
    ],
  };
}

/** No monitor of log lines would say so: it takes their absence for peace. */
const logDropped: Definition = {
  id: "agent-silent",
  key: "agent-silent-log",
  title: "Log lines don't reach the agent",
  priority: 2,
  condition: {
    kind: "metric",
    formula: { is: "series", of: own("gift.log.dropped", "sum") },
    during: "sum",
    windowMinutes: 15,
    comparator: ">",
    thresholds: { critical: 0 },
    onMissingData: "default",
  },
  impact:
    "Nobody feels it, but log lines are missing in Datadog: `send-failures` is blind. CloudWatch has all of them.",
  firstChecks: [
    "Why: `log.file_failed` in CloudWatch has the error: EACCES or EROFS is a volume, ENOSPC a full disk",
    "What the container `log-folder` says, which opens the volume as the task starts",
  ],
};
