import { setTimeout as sleep } from "node:timers/promises";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, type ECSClient, type Task } from "@aws-sdk/client-ecs";
import { startTask } from "../task/start.ts";
import { streamOf, type TaskDeclaration } from "../task/task.ts";
import { createTail } from "./tail.ts";

export interface OperateOptions {
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
  readonly task: TaskDeclaration;
  /** The operator's command, after `bun run ops`. */
  readonly words: readonly string[];
  /** Who does it, for the audit. */
  readonly operator: string;
  readonly deadlineSeconds: number;
  readonly pollSeconds: number;
  onProgress(sentence: string): void;
  onOutput(line: string): void;
}

/** CloudWatch shows a line some seconds after it was written: so many looks after the end, two of them without news. */
const looksAfterEnd = 10;

/**
 * Runs an operator's command as a task of the stage and prints what it prints, while it does.
 * @returns the command's exit code
 * @throws Error when ECS doesn't start it, or it hasn't ended at the deadline (it goes on then)
 */
export async function operate(options: OperateOptions): Promise<number> {
  const { ecs, logs, task, words, operator } = options;
  const command = ["node", "packages/ops/src/main.ts", ...words];
  const taskArn = await startTask(ecs, task, { startedBy: "operator", command, environment: { OPERATOR: operator } });
  options.onProgress(`started ${taskArn}`);
  const tail = createTail(logs, { logGroup: task.logGroup, stream: streamOf(task.container, taskArn) });
  const show = async () => {
    const lines = await tail();
    for (const line of lines) options.onOutput(line);
    return lines.length;
  };
  const ended = await untilStopped(options, taskArn, show);
  for (let look = 0, quiet = 0; look < looksAfterEnd && quiet < 2; look += 1) {
    quiet = (await show()) === 0 ? quiet + 1 : 0;
    await sleep(options.pollSeconds * 500);
  }
  return exitCodeOf(ended);
}

async function untilStopped(options: OperateOptions, taskArn: string, show: () => Promise<number>): Promise<Task> {
  const deadline = performance.now() + options.deadlineSeconds * 1_000;
  const which = { cluster: options.task.cluster, tasks: [taskArn] };
  let status: string | undefined;
  for (;;) {
    const { tasks: [task] = [] } = await options.ecs.send(new DescribeTasksCommand(which));
    if (task && task.lastStatus !== status) options.onProgress(String(task.lastStatus).toLowerCase());
    status = task?.lastStatus ?? status;
    if (task?.lastStatus === "STOPPED") return task;
    if (performance.now() > deadline) throw new Error(`${taskArn} still runs after ${options.deadlineSeconds} s`);
    await show();
    await sleep(options.pollSeconds * 1_000);
  }
}

/** A container without an exit code never ran: its image couldn't be pulled, or the task found no capacity. */
function exitCodeOf({ containers: [container] = [], stoppedReason }: Task): number {
  if (container?.exitCode !== undefined) return container.exitCode;
  throw new Error(`the task never started: ${[container?.reason, stoppedReason].filter(Boolean).join(", ")}`);
}
