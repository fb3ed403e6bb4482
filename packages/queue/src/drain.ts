import type { Acknowledger } from "./acknowledger.ts";
import { resolvesWithin } from "./deadline.ts";
import type { Poller } from "./poller.ts";
import type { Slots } from "./slots.ts";

export interface DrainParts {
  readonly poller: Poller;
  readonly slots: Slots;
  readonly acknowledger: Acknowledger;
  /** Releases what is buffered and what still arrives, and aborts the handlers that run. */
  abort(): void;
  /** Releases the messages of handlers that ignore the abort. */
  abandon(): void;
}

/** Handlers are aborted so long before the deadline: half of it to settle, half to flush. */
const longestGraceMilliseconds = 2_000;

/**
 * Ends a consumer: lets polls in flight return and messages in hand run; near the deadline aborts and releases; flushes
 * acknowledgements last. May pass the deadline by a long poll in flight, which is never aborted, and by calls that hang
 * until their request timeout.
 * @param deadlineMilliseconds from now
 */
export async function drain(parts: DrainParts, deadlineMilliseconds: number): Promise<void> {
  const deadlineAt = performance.now() + deadlineMilliseconds;
  const grace = Math.min(longestGraceMilliseconds, deadlineMilliseconds / 2);
  const polls = parts.poller.stop();
  const drained = polls.then(() => parts.slots.idle());
  if (!(await resolvesWithin(deadlineMilliseconds - grace, drained))) {
    parts.abort();
    if (!(await resolvesWithin(grace / 2, parts.slots.idle()))) parts.abandon();
    await polls;
  }
  await parts.acknowledger.flush(deadlineAt - performance.now());
}
