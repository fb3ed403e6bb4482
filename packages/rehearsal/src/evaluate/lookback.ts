import type { Condition } from "@gift/monitor/definition";
import { isAge } from "./series.ts";

/** How long a monitor goes on alerting after all is well: a burn rate needs both windows, so the short one decides. */
export function lookbackMinutes(condition: Condition): number {
  return condition.kind === "burn" ? condition.shortWindowMinutes : condition.windowMinutes;
}

/**
 * How long a cause must last at most until the monitor alerts: its window, and what watches an age waits until it is
 * reached.
 */
export function patienceMinutes(condition: Condition): number {
  if (condition.kind === "burn") return condition.longWindowHours * 60;
  if (condition.kind === "log" || condition.formula.is !== "series") return condition.windowMinutes;
  const ageSeconds = isAge(condition.formula.of.metric) ? condition.thresholds.critical : 0;
  return condition.windowMinutes + ageSeconds / 60;
}
