import { isSettled, settle, type Unsettled } from "@gift/rehearsal/audit/settle";
import { operate } from "@gift/rehearsal/operate";
import type { System } from "../system/system.ts";

export interface QuietOptions {
  /** Whether SQS may have lost messages: the emulator was killed. */
  readonly mayRequeue: boolean;
  readonly patienceMilliseconds: number;
  /** How long nothing must have moved before a message counts as lost, twice in a row. */
  readonly roundMilliseconds?: number;
}

export interface Quiet {
  readonly unsettled: Unsettled;
  /** Gifts whose message was written again by `ops gifts requeue`. */
  readonly requeued: number;
}

const usualRoundMilliseconds = 10_000;
const idle = "10s";

/**
 * Waits until nothing is on its way. A gift that is QUEUED while neither outbox nor queues hold a message has lost its
 * own; where SQS may be to blame, it is requeued as the runbook says, and counted.
 */
export async function waitForQuiet(
  system: Pick<System, "database" | "readDepth" | "link" | "queueUrls">,
  { mayRequeue, patienceMilliseconds, roundMilliseconds = usualRoundMilliseconds }: QuietOptions,
): Promise<Quiet> {
  const deadline = Date.now() + patienceMilliseconds;
  let requeued = 0;
  let wasAbandoned = false;
  for (;;) {
    const unsettled = await settle(system.database, system.readDepth, roundMilliseconds);
    if (isSettled(unsettled) || Date.now() > deadline) return { unsettled, requeued };
    // Seen twice, a round apart: once may have been between two steps of one message.
    const isNowAbandoned = isAbandoned(unsettled);
    if (mayRequeue && wasAbandoned && isNowAbandoned) requeued += await requeue(system);
    wasAbandoned = isNowAbandoned;
  }
}

/** Whether gifts wait for messages that nobody has. */
export function isAbandoned({ queued, outbox, messages }: Unsettled): boolean {
  return queued > 0 && outbox === 0 && messages === 0;
}

async function requeue(system: Pick<System, "link" | "queueUrls">): Promise<number> {
  const printed = await operate(system, ["gifts", "requeue", "--all", "--idle-for", idle, "--json"]);
  const { gifts }: { gifts?: unknown } = JSON.parse(printed);
  return Array.isArray(gifts) ? gifts.length : 0;
}
