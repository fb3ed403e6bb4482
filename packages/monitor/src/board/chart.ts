import type { Formula, Levels } from "../definition.ts";
import type { Series } from "../series.ts";

/** A row of the dashboard. */
export interface Group {
  readonly title: string;
  readonly charts: readonly Chart[];
}

/** Lines over time, with the thresholds of a monitor drawn into it. */
export interface Chart {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly display: "line" | "bars";
  readonly alert?: Alert;
}

/** The thresholds of one monitor, which the chart's numbers can be compared with. */
export interface Alert {
  /** Key of the monitor. */
  readonly key: string;
  readonly thresholds: Levels;
}

export interface Line {
  readonly label: string;
  readonly formula: Formula;
  /** Counts are drawn per second; with `rollupMinutes` as what came together in so many minutes. */
  readonly rollupMinutes?: number;
  /** Tags that make a line each. */
  readonly by?: readonly string[];
}

/** A line of one series. */
export function line(label: string, of: Series, more: Pick<Line, "by" | "rollupMinutes"> = {}): Line {
  return { label, formula: { is: "series", of }, ...more };
}
