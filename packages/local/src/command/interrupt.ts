import { InterruptedError } from "./usage-error.ts";

/** One Ctrl-C can arrive twice: from the terminal, and forwarded by the script runner that it reached as well. */
const sameKeystrokeMilliseconds = 500;

export interface Interrupt {
  /** Aborted at the first Ctrl-C, with an InterruptedError: finish or give up what is in hand. */
  readonly stop: AbortSignal;
  /** Aborted at a later one: end at once. */
  readonly kill: AbortSignal;
}

/**
 * From now on Ctrl-C, and what else ends a program at a terminal, ends this one only as it decides.
 * @param onStop told at the first
 */
export function listenForInterrupt(onStop: () => void = () => undefined): Interrupt {
  const [stop, kill] = [new AbortController(), new AbortController()];
  let stoppedAt = 0;
  const onSignal = () => {
    if (!stop.signal.aborted) {
      stoppedAt = performance.now();
      onStop();
      stop.abort(new InterruptedError("Interrupted: nothing is left running."));
    } else if (performance.now() - stoppedAt > sameKeystrokeMilliseconds) kill.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  // A closed terminal must not end this process before its children.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return { stop: stop.signal, kill: kill.signal };
}

/** Rejects with the reason when it is aborted, or was before. */
export function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
