import type { BurnCondition } from "@gift/monitor/definition";
import { type Slo, slos } from "@gift/monitor/slo";
import type { Signals } from "../signal/signals.ts";
import { countIn } from "./metric.ts";
import { type Clock, lastMinutes, type Window } from "./window.ts";

/**
 * How many times faster than allowed the error budget is spent: in the long window and still in the short one, so the
 * lower of the two. Without events nothing is spent.
 */
export function burnRate(clock: Clock, condition: BurnCondition, signals: Signals, now: number): number {
  const slo: Slo = slos[condition.slo];
  const inLast = (minutes: number) => rateIn(slo, signals, lastMinutes(clock, minutes, now));
  return Math.min(inLast(condition.longWindowHours * 60), inLast(condition.shortWindowMinutes));
}

function rateIn(slo: Slo, signals: Signals, window: Window): number {
  const all = slo.among.reduce((sum, series) => sum + countIn(signals, series, window), 0);
  if (all === 0) return 0;
  const badShare = 1 - countIn(signals, slo.good, window) / all;
  return badShare / (1 - slo.targetPercent / 100);
}
