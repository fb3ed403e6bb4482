import { setInterval as ticks } from "node:timers/promises";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";

export interface TaskProtectionOptions {
  /** `ECS_AGENT_URI`. */
  readonly agentUri: string;
  /** Messages in hand now. */
  inHand(): number;
  readonly log: Log;
  /** How often it looks. Default 1,000. */
  readonly tickMilliseconds?: number;
  /** Kept for so long after the last message: a switch costs an API call, and ECS limits those. Default 30,000. */
  readonly holdMilliseconds?: number;
  /**
   * Longest unbroken protection. Deployments wait for protected tasks too, so under constant load protection must end
   * now and then; what is in hand is drained either way. Default 300,000.
   */
  readonly longestMilliseconds?: number;
}

export interface TaskProtection {
  /** Ends the protection. */
  stop(): Promise<void>;
}

const requestTimeoutMilliseconds = 5_000;

/**
 * Tells ECS not to choose this task for scale-in while it has messages in hand
 * (ECS developer guide, "Task scale-in protection endpoint"). A failure is logged and changes nothing else.
 */
export function startTaskProtection(options: TaskProtectionOptions): TaskProtection {
  const { tickMilliseconds = 1_000, holdMilliseconds = 30_000, longestMilliseconds = 300_000 } = options;
  const stopping = new AbortController();
  let protectedSince: number | undefined;
  let notBefore = 0;
  let busyAt = Number.NEGATIVE_INFINITY;

  async function change(isProtected: boolean): Promise<void> {
    const now = performance.now();
    const isDone = await put(options, isProtected, Math.ceil((longestMilliseconds + holdMilliseconds) / 60_000));
    // One try per hold period either way: the agent's limits are lower than our patience.
    if (!isDone || !isProtected) notBefore = now + holdMilliseconds;
    if (isDone) protectedSince = isProtected ? now : undefined;
  }

  async function look(): Promise<void> {
    const now = performance.now();
    if (options.inHand() > 0) busyAt = now;
    if (now < notBefore) return;
    const isHeld = now - busyAt < holdMilliseconds;
    if (protectedSince === undefined) return isHeld ? await change(true) : undefined;
    if (!isHeld || now - protectedSince >= longestMilliseconds) await change(false);
  }

  async function run(): Promise<void> {
    try {
      for await (const _ of ticks(tickMilliseconds, undefined, { signal: stopping.signal })) await look();
    } catch {
      // Only the abort of stop() ends the ticks.
    }
    if (protectedSince !== undefined) await change(false);
  }

  const ended = run();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

/** Answers whether ECS took it. The agent reports some failures inside an answer of 200. */
async function put(options: TaskProtectionOptions, isProtected: boolean, expiresInMinutes: number): Promise<boolean> {
  try {
    const res = await fetch(`${options.agentUri}/task-protection/v1/state`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ProtectionEnabled: isProtected,
        ...(isProtected && { ExpiresInMinutes: expiresInMinutes }),
      }),
      signal: AbortSignal.timeout(requestTimeoutMilliseconds),
    });
    const answer = await res.text();
    if (res.ok && answer.includes('"protection"')) return true;
    throw new Error(`the ECS agent answered ${res.status}: ${answer.slice(0, 300)}`);
  } catch (err) {
    options.log("task_protection.failed", { is_protected: isProtected, ...errorFields(err) });
    return false;
  }
}
