import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "./deployment.ts";
import { type EcsService, judgeRollout } from "./rollout.ts";

export interface RolloutOptions {
  describe(cluster: string, names: readonly string[]): Promise<readonly EcsService[]>;
  readonly deadlineSeconds: number;
  readonly pollSeconds: number;
  /** Told once per round of what is not complete yet. */
  onWaiting(sentence: string): void;
}

/**
 * Waits until every service runs the task definition that was deployed.
 * @param deployment what was deployed
 * @param options how to ask, and how long
 * @throws Error in one sentence per service that failed, or is not complete at the deadline
 */
export async function awaitRollout(deployment: Deployment, options: RolloutOptions): Promise<void> {
  const expected = Object.entries(deployment.taskDefinitions);
  const deadline = performance.now() + options.deadlineSeconds * 1_000;
  for (;;) {
    const services = await options.describe(
      deployment.cluster,
      expected.map(([name]) => name),
    );
    const rollouts = expected.map(([name, taskDefinition]) => {
      const service = services.find(({ serviceName }) => serviceName === name);
      return { name, ...(service ? judgeRollout(service, taskDefinition) : missing) };
    });
    const sentences = rollouts.flatMap((rollout) =>
      rollout.kind === "complete" ? [] : [`${rollout.name} ${rollout.kind}: ${rollout.why}`],
    );
    if (sentences.length === 0) return;
    const isOver = performance.now() > deadline;
    if (isOver || rollouts.some(({ kind }) => kind === "failed")) throw new Error(sentences.join("\n"));
    options.onWaiting(sentences.join("; "));
    await sleep(options.pollSeconds * 1_000);
  }
}

const missing = { kind: "failed", why: "ECS doesn't know it" } as const;
