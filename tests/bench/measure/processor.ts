import { readdirSync, readFileSync } from "node:fs";

/** CPU time so far in microseconds, of whatever it is a meter of; NaN where the system doesn't tell. */
export type ProcessorMeter = () => number;

/** /proc counts in ticks of 10 ms (USER_HZ, proc(5)); a sample of some seconds is read to within 1 %. */
const tickMicroseconds = 10_000;

interface Counted {
  readonly parent: number;
  readonly own: number;
  /** Children that have ended and were waited for. */
  readonly reaped: number;
}

function countedOf(pid: number): Counted | undefined {
  try {
    // The name, in parentheses, may contain anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    const at = (index: number) => Number(fields[index]);
    return { parent: at(1), own: at(11) + at(12), reaped: at(13) + at(14) };
  } catch {
    return undefined;
  }
}

/** @param pid a process of this machine, running while it is metered */
export function processMeter(pid: number): ProcessorMeter {
  return () => (countedOf(pid)?.own ?? Number.NaN) * tickMicroseconds;
}

/**
 * A process with all its descendants, the ended ones included: Postgres and its backends, or everything that a bench
 * runs.
 */
export function familyMeter(pid: number): ProcessorMeter {
  return () => {
    const all = new Map(pids().map((each) => [each, countedOf(each)]));
    const isMember = (each: number): boolean => each === pid || (each > 1 && isMember(all.get(each)?.parent ?? 0));
    const members = Array.from(all).filter(([each]) => isMember(each));
    const ticks = members.reduce((sum, [, counted]) => sum + (counted ? counted.own + counted.reaped : 0), 0);
    return members.length > 0 ? ticks * tickMicroseconds : Number.NaN;
  };
}

/** Only the children of a process that have ended: `pgbench`, when nothing else ends in the meantime. */
export function reapedMeter(pid: number = process.pid): ProcessorMeter {
  return () => (countedOf(pid)?.reaped ?? Number.NaN) * tickMicroseconds;
}

/** The whole machine. Interrupts are left out: no process is charged with them. */
export const machineMeter: ProcessorMeter = () => {
  try {
    const [, user, nice, system] = readFileSync("/proc/stat", "utf8").split(/\s+/, 4).map(Number);
    return ((user ?? Number.NaN) + (nice ?? 0) + (system ?? 0)) * tickMicroseconds;
  } catch {
    return Number.NaN;
  }
};

function pids(): readonly number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/**
 * Memory that a process holds now, in megabytes (10⁶ bytes, as the fleet counts); NaN where the system doesn't tell.
 */
export function residentMegabytes(pid: number): number {
  try {
    const kibibytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    return (kibibytes * 1_024) / 1_000_000;
  } catch {
    return Number.NaN;
  }
}
