import type { Condition } from "@gift/monitor/definition";

/** How long a monitor goes on alerting after all is well: a burn rate needs both windows, so the short one decides. */
export function lookbackMinutes(condition: Condition): number {
  return condition.kind === "burn" ? condition.shortWindowMinutes : condition.windowMinutes;
}

/** How long a cause must last at most until the monitor alerts. */
export function windowMinutes(condition: Condition): number {
  return condition.kind === "burn" ? condition.longWindowHours * 60 : condition.windowMinutes;
}
