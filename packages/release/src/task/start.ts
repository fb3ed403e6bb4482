import { type ECSClient, RunTaskCommand } from "@aws-sdk/client-ecs";
import type { TaskDeclaration } from "./task.ts";

export interface StartOptions {
  /** Shown by ECS; 36 characters at most. */
  readonly startedBy: string;
  /** In place of the container's own command. */
  readonly command?: readonly string[];
  /** Beside the container's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts an ECS task on Fargate.
 * @param client of the task's region
 * @param declaration what to run, and where
 * @param options for whom, and what differs from the task definition
 * @returns the task's ARN
 * @throws Error with ECS's reason when it starts none
 */
export async function startTask(
  client: ECSClient,
  declaration: TaskDeclaration,
  { startedBy, command, environment = {} }: StartOptions,
): Promise<string> {
  const { cluster, taskDefinition, subnets, securityGroups, hasPublicAddress, container } = declaration;
  const assignPublicIp = hasPublicAddress ? "ENABLED" : "DISABLED";
  const override = {
    name: container,
    ...(command && { command: [...command] }),
    environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
  };
  const { tasks = [], failures = [] } = await client.send(
    new RunTaskCommand({
      cluster,
      taskDefinition,
      launchType: "FARGATE",
      startedBy,
      networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups, assignPublicIp } },
      ...(command && { overrides: { containerOverrides: [override] } }),
    }),
  );
  const arn = tasks[0]?.taskArn;
  if (arn === undefined)
    throw new Error(`ECS doesn't start ${taskDefinition}: ${failures[0]?.reason ?? "it says no reason"}`);
  return arn;
}
