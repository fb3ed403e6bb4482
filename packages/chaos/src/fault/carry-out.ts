import { setTimeout as pause } from "node:timers/promises";
import type { Way } from "../plan/fault-kind.ts";
import type { Fault } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { inject } from "./inject.ts";

/** How often each way of harming was used. */
export type Injected = Readonly<Record<Way, number>>;

/**
 * Carries out a plan from now on. Resolves when the last fault has been taken back.
 * @param onFault told of each as it happens
 * @param signal carries out no more of them, and takes back those that last
 * @returns what was carried out of it
 * @throws Error when one can't be injected: a plan that isn't carried out proves nothing
 */
export async function carryOut(
  system: System,
  plan: readonly Fault[],
  onFault: (fault: Fault) => void,
  signal: AbortSignal,
): Promise<readonly Fault[]> {
  const startedAt = performance.now();
  const going: Promise<void>[] = [];
  for (const fault of plan) {
    const dueIn = fault.startsAtMilliseconds - (performance.now() - startedAt);
    if (dueIn > 0) await pause(dueIn, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    onFault(fault);
    going.push(inject(system, fault, signal));
    // Reported below, when all are awaited.
    going.at(-1)?.catch(() => undefined);
  }
  await Promise.all(going);
  return plan.slice(0, going.length);
}

/** Counts faults by what they do. */
export function countWays(faults: readonly Fault[]): Injected {
  const count = (way: Way) => faults.filter((fault) => fault.way === way).length;
  return {
    kill: count("kill"),
    freeze: count("freeze"),
    terminate: count("terminate"),
    "restart-fast": count("restart-fast"),
    "restart-immediate": count("restart-immediate"),
    "end-sessions": count("end-sessions"),
    cut: count("cut"),
    hang: count("hang"),
    "half-open": count("half-open"),
    slow: count("slow"),
  };
}
