import type { Finding } from "../finding.ts";
import { type Goal, type GoalName, goals } from "../goal.ts";
import { figure, withUnit } from "./figure.ts";

/** What became of a goal. */
export interface Judgment {
  readonly name: GoalName;
  readonly goal: Goal;
  /** Absent when its bench didn't run, or broke. */
  readonly finding?: Finding;
  readonly isReached: boolean;
}

/** Every goal in the table's order. */
export function judge(findings: readonly Finding[]): readonly Judgment[] {
  const names = Object.keys(goals) as GoalName[];
  return names.map((name) => {
    const goal: Goal = goals[name];
    const finding = findings.find((each) => each.goal === name);
    if (!finding) return { name, goal, isReached: false };
    return { name, goal, finding, isReached: reaches(finding.value.median, goal.figures[0], goal.bound) };
  });
}

function reaches(value: number, wanted: number, bound: Goal["bound"]): boolean {
  return bound === "at least" ? value >= wanted : value <= wanted;
}

/** e.g. `reached 1.12 (goal 1.0)   create: POST /gifts over HTTP …` */
export function goalLine({ name, goal, finding, isReached }: Judgment): string {
  const wanted = `goal ${goal.bound === "at most" ? "≤ " : ""}${goal.figures.map(plain).join(", then ")}`;
  const against = goal.against === undefined ? "" : `, against ${goal.against}`;
  const value = finding?.value.median ?? Number.NaN;
  const verdict = Number.isNaN(value) ? "not measured" : `${isReached ? "reached" : "not reached"} ${figure(value)}`;
  const unit = goal.unit === "×" || goal.unit === "of its CPU" ? "" : ` ${goal.unit}`;
  return `${`${verdict} (${wanted}${unit})`.padEnd(46)}  ${name}: ${goal.what}${against}`;
}

/** Ratios of goals have one decimal at least: 1.0. */
function plain(value: number): string {
  return Number.isInteger(value) && value < 10 ? value.toFixed(1) : String(value);
}

/** The measured value with its extremes, e.g. `1.12 × (1.05–1.20)`. */
export function measured(finding: Finding): string {
  const { median, low, high, count } = finding.value;
  const spread = count > 1 ? ` (${figure(low)}–${figure(high)})` : "";
  return `${withUnit(median, finding.unit)}${spread}`;
}
