import type { FleetDeclaration } from "@gift/fleet/declaration";
import { fleet } from "@gift/fleet/fleet";
import type { Resource, Stack } from "../synth/stack.ts";
import { bindingsOf, type Container, type DeployedService, environmentOf, servicesOf } from "../task.ts";

type Finding = readonly [isWrong: boolean, problem: string];

const { services: declared }: FleetDeclaration = fleet;

/** What would let telemetry stop a service, a process change its own image, or a deploy drop requests and messages. */
export function serviceProblems(stack: Stack): string[] {
  if (stack.isDev) return [];
  return servicesOf(stack).flatMap((deployed) =>
    [
      ...agentFindings(deployed.agent),
      ...logFolderFindings(deployed),
      ...processFindings(deployed),
      ...deploymentFindings(deployed.service),
    ]
      .filter(([isWrong]) => isWrong)
      .map(([, problem]) => `${deployed.name}: ${problem}`),
  );
}

function agentFindings(agent: Container): Finding[] {
  return [
    [agent.essential !== false, "the agent's end is the task's"],
    [agent.restartPolicy?.enabled !== true, "an agent that ended stays away"],
    [agent.memory === undefined, "the agent may take all memory"],
    [bindingsOf(agent).size > 0, "the agent is given links"],
    [agent.portMappings?.length !== 0, "the agent's ports are mapped"],
  ];
}

function logFolderFindings({ logFolder, process }: DeployedService): Finding[] {
  const waits = process.dependsOn?.find(({ containerName }) => containerName === logFolder.name);
  return [
    [waits?.condition !== "COMPLETE", "the process doesn't wait for its log's folder, or only for its success"],
    [logFolder.essential !== false, "the end of what opens the log's folder is the task's"],
    [logFolder.image !== process.image, "the log's folder is opened by another image"],
    [bindingsOf(logFolder).size > 0 || logFolder.secrets !== undefined, "what opens the log's folder is given links"],
    [logFolder.readonlyRootFilesystem !== true, "what opens the log's folder can change its image"],
    [logFolder.linuxParameters?.capabilities?.drop.join() !== "ALL", "what opens the log's folder has capabilities"],
  ];
}

function processFindings({ process, agent }: DeployedService): Finding[] {
  const roles = environmentOf(process).ROLES?.split(",") ?? ["api"];
  const slowest = Math.max(...roles.map((role) => declared[role]?.stopTimeoutSeconds ?? 0));
  return [
    [process.essential !== true, "a task may live without its process"],
    [process.user !== "1000:1000", "the process is root"],
    [process.readonlyRootFilesystem !== true, "the process can change its image"],
    [process.linuxParameters?.capabilities?.drop.join() !== "ALL", "the process has capabilities"],
    [(process.stopTimeout ?? 30) < slowest, "the process is killed while it drains"],
    [
      process.dependsOn?.some((on) => on.containerName === agent.name && on.condition !== "START") === true,
      "a deploy waits for the agent's health",
    ],
  ];
}

function deploymentFindings({ inputs, options }: Resource): Finding[] {
  const breaker = JSON.stringify(inputs.deploymentCircuitBreaker);
  return [
    [breaker !== '{"enable":true,"rollback":true}', "a bad deploy isn't taken back"],
    [inputs.deploymentMinimumHealthyPercent !== 100, "a deploy stops tasks before it starts others"],
    [inputs.deploymentMaximumPercent !== 200, "a deploy has no room for new tasks"],
    [options.ignoreChanges?.includes("desiredCount") !== true, "a deploy resets the number of tasks"],
    [inputs.launchType !== undefined, "is created anew when it gets a share of Spot"],
    [inputs.enableExecuteCommand !== false, "gives a shell to whoever may ask for one"],
  ];
}
