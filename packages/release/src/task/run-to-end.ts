import { DescribeTasksCommand, type ECSClient, type Task, waitUntilTasksStopped } from "@aws-sdk/client-ecs";
import { startTask } from "./start.ts";
import { streamOf, type TaskDeclaration } from "./task.ts";

export interface RunOptions {
  readonly deadlineSeconds: number;
  readonly pollSeconds: number;
  onStarted(taskArn: string): void;
}

/** The task stopped before any of its containers ran. */
export class TaskNeverStartedError extends Error {}

/**
 * Runs an ECS task on Fargate until it has stopped.
 * @param client of the task's region
 * @param declaration what to run, and where
 * @param options how long, and who is told
 * @throws Error that says why, and where the task's output is, unless every container ended with exit code 0; a
 * TaskNeverStartedError when none has one
 */
export async function runToEnd(client: ECSClient, declaration: TaskDeclaration, options: RunOptions): Promise<void> {
  const taskArn = await startTask(client, declaration, { startedBy: "deploy" });
  options.onStarted(taskArn);
  const which = { cluster: declaration.cluster, tasks: [taskArn] };
  const { deadlineSeconds: maxWaitTime, pollSeconds: minDelay } = options;
  try {
    await waitUntilTasksStopped({ client, maxWaitTime, minDelay, maxDelay: minDelay }, which);
  } catch (err) {
    throw new Error(`${taskArn} has not stopped after ${maxWaitTime} s; ${outputOf(declaration, taskArn)}`, {
      cause: err,
    });
  }
  const { tasks: [task] = [] } = await client.send(new DescribeTasksCommand(which));
  const failure = task ? failureOf(task) : "ECS has forgotten it";
  if (!failure) return;
  const hasRun = !task?.containers?.every(({ exitCode }) => exitCode === undefined);
  const sentence = `${taskArn} failed: ${failure}; ${outputOf(declaration, taskArn)}`;
  throw hasRun ? new Error(sentence) : new TaskNeverStartedError(sentence);
}

/** A container without an exit code never ran: its image couldn't be pulled, or a secret couldn't be read. */
function failureOf({ containers = [], stoppedReason }: Task): string | undefined {
  const failed = containers.find(({ exitCode }) => exitCode !== 0);
  if (!failed) return undefined;
  const ending = failed.exitCode === undefined ? "never started" : `ended with exit code ${failed.exitCode}`;
  return [`${failed.name} ${ending}`, failed.reason, stoppedReason].filter(Boolean).join(", ");
}

function outputOf({ container, logGroup }: TaskDeclaration, taskArn: string): string {
  const stream = streamOf(container, taskArn);
  return `its output: aws logs get-log-events --log-group-name ${logGroup} --log-stream-name ${stream} --query "events[].message" --output text`;
}
