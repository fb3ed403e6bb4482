import { setTimeout as sleep } from "node:timers/promises";
import { ClientException } from "@aws-sdk/client-ecs";
import { TaskNeverStartedError } from "./run-to-end.ts";

export interface NewRoleOptions {
  /** A run that began later than this after the first is the last: by then AWS knows its roles. */
  readonly propagationSeconds: number;
  readonly pauseSeconds: number;
  /** Told before each repetition why. */
  onRepeat(reason: string): void;
}

/**
 * Runs a task whose roles may have been made a moment ago, as those of a stage's first migration are: IAM answers that
 * a role is there up to half a minute before the rest of AWS knows it. What ended for that reason is run again; nothing
 * of it ran.
 * @param run one run of the task
 * @param options how long a role is new
 * @throws what the last run threw
 */
export async function whileRolesAreNew(run: () => Promise<void>, options: NewRoleOptions): Promise<void> {
  const first = performance.now();
  for (;;) {
    const isLast = performance.now() - first > options.propagationSeconds * 1_000;
    try {
      return await run();
    } catch (err) {
      if (isLast || !isOfNewRole(err)) throw err;
      options.onRepeat(err.message);
    }
    await sleep(options.pauseSeconds * 1_000);
  }
}

/** ECS can't take the role, or took it and was refused the image or a secret. */
function isOfNewRole(err: unknown): err is Error {
  if (err instanceof TaskNeverStartedError) return err.message.includes("ResourceInitializationError");
  return err instanceof ClientException && err.message.includes("unable to assume");
}
