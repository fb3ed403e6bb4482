import { HandlerTimeoutError } from "./error.ts";
import type { Lease } from "./lease.ts";
import type { Message } from "./message.ts";
import type { HandlerContext } from "./options.ts";
import type { Verdict } from "./verdict.ts";

/** How one call of the handler ended. */
export type Outcome = { readonly verdict: Verdict } | { readonly err: unknown };

export interface HandlerCallOptions {
  readonly handlerTimeoutSeconds: number;
  readonly maxReceiveCount?: number;
  handle(message: Message, context: HandlerContext): Promise<Verdict>;
}

/** After the timeout's abort the handler may still say what became of the message, e.g. not to bring it back. */
const lastWordMilliseconds = 1_000;

/**
 * Calls the handler for one message. Resolves when the handler has settled, however late, because until then it
 * occupies its slot; never rejects.
 * @param conclude receives the outcome: the handler's own, or a HandlerTimeoutError when it ignores the abort
 */
export async function callHandler(
  options: HandlerCallOptions,
  lease: Lease,
  conclude: (outcome: Outcome) => void,
): Promise<void> {
  lease.timeout = setTimeout(() => {
    const err = new HandlerTimeoutError(options.handlerTimeoutSeconds);
    lease.timeout = setTimeout(() => conclude({ err }), lastWordMilliseconds);
    lease.controller.abort(err);
  }, options.handlerTimeoutSeconds * 1_000);
  conclude(await call(options, lease));
}

async function call(options: HandlerCallOptions, { message, controller }: Lease): Promise<Outcome> {
  const isFinalReceive = options.maxReceiveCount !== undefined && message.receiveCount >= options.maxReceiveCount;
  try {
    return { verdict: await options.handle(message, { signal: controller.signal, isFinalReceive }) };
  } catch (err) {
    return { err };
  }
}
