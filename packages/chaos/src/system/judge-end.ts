import type { ProcessEnd } from "@gift/local/process/supervised-process";

/** What one run of a process was sent, and how far it had come. */
export interface Run {
  readonly asked: ReadonlySet<NodeJS.Signals>;
  readonly wasReady: boolean;
}

/** Signals that end Postgres: immediately, or with its sessions. Its keeper then ends with exit code 1. */
export const serverSignals: readonly NodeJS.Signals[] = ["SIGQUIT", "SIGINT"];

/**
 * Judges how a run ended.
 * @returns `ours` when we asked for it; `failed start` when it gave up before it was ready, as it may while what it
 *   needs is away; `crash` for anything else
 */
export function judgeEnd({ code, signal }: ProcessEnd, { asked, wasReady }: Run): "ours" | "failed start" | "crash" {
  if (signal !== null) return asked.has(signal) ? "ours" : "crash";
  if (serverSignals.some((each) => asked.has(each))) return "ours";
  if (code === 0) return asked.has("SIGTERM") ? "ours" : "crash";
  return wasReady ? "crash" : "failed start";
}
