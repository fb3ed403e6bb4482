import { callSeconds } from "@gift/core/send-attempt/effect";

/** The attempt began too long ago for a call: its worker was frozen, and the message is another one's. */
export class LateCallError extends Error {
  readonly code = "LATE_CALL";
  constructor(agoMilliseconds: number) {
    super(`the attempt began ${Math.round(agoMilliseconds / 1_000)} s ago: it is too late to call the provider`);
    this.name = "LateCallError";
  }
}

/**
 * Refuses a call to the provider that nobody waits for any more. The handler's timeout alone would not: after a freeze
 * what was being waited for goes on before timers do. Left is a freeze between this look at the clock and the call's
 * last byte.
 * @param beganAt monotonic milliseconds, before the attempt began
 * @throws LateCallError
 */
export function refuseLateCall(beganAt: number): void {
  const agoMilliseconds = performance.now() - beganAt;
  if (agoMilliseconds > callSeconds * 1_000) throw new LateCallError(agoMilliseconds);
}
