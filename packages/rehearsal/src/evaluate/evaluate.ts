import type { Condition, Definition, Levels, LogCondition, MetricCondition } from "@gift/monitor/definition";
import type { Signals } from "../signal/signals.ts";
import { burnRate } from "./burn.ts";
import { isSilent, measured, valueWithoutData } from "./metric.ts";
import { type Clock, lastMinutes } from "./window.ts";

export type State = "ok" | "warning" | "alert" | "no data";

/** What a monitor says at one moment. */
export interface Verdict {
  readonly state: State;
  /** What was compared with the thresholds; undefined without data. */
  readonly value: number | undefined;
}

/**
 * Evaluates one monitor as Datadog would, over signals that were really heard.
 * @param now milliseconds of this machine's clock; the monitor's windows end here
 */
export function evaluate(clock: Clock, { condition }: Definition, signals: Signals, now: number): Verdict {
  switch (condition.kind) {
    case "log":
      return above(linesIn(clock, condition, signals, now), condition.thresholds);
    case "burn":
      return above(burnRate(clock, condition, signals, now), condition.thresholds);
    case "metric":
      return evaluateMetric(clock, condition, signals, now);
  }
}

/** Whether people are told: a monitor whose missing data notifies is as loud as an alert. */
export function isLoud({ state }: Verdict, condition: Condition): boolean {
  if (state !== "no data") return state === "alert";
  return condition.kind === "metric" && condition.onMissingData === "show_and_notify_no_data";
}

function linesIn(clock: Clock, { events, windowMinutes }: LogCondition, signals: Signals, now: number): number {
  const { from, to } = lastMinutes(clock, windowMinutes, now);
  return events.flatMap((event) => signals.linesOf(event)).filter((at) => at > from && at <= to).length;
}

function evaluateMetric(clock: Clock, condition: MetricCondition, signals: Signals, now: number): Verdict {
  const value = measured(clock, condition, signals, now) ?? substitute(clock, condition, signals);
  if (value !== undefined) return compared(value, condition.thresholds, condition.comparator);
  const isMissed = condition.onMissingData.startsWith("show") && isSilent(clock, condition, signals, now);
  return { state: isMissed ? "no data" : "ok", value: undefined };
}

function substitute(clock: Clock, condition: MetricCondition, signals: Signals): number | undefined {
  return condition.onMissingData === "default" ? valueWithoutData(clock, condition, signals) : undefined;
}

function above(value: number, thresholds: Levels): Verdict {
  return compared(value, thresholds, ">");
}

function compared(value: number, thresholds: Levels, comparator: MetricCondition["comparator"]): Verdict {
  const isPast = (threshold: number | undefined) => threshold !== undefined && compare[comparator](value, threshold);
  const state = isPast(thresholds.critical) ? "alert" : isPast(thresholds.warning) ? "warning" : "ok";
  return { state, value };
}

const compare = {
  ">": (value: number, threshold: number) => value > threshold,
  ">=": (value: number, threshold: number) => value >= threshold,
  "<": (value: number, threshold: number) => value < threshold,
};
