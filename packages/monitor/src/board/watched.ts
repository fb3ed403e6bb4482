import type { Definition, MetricCondition } from "../definition.ts";
import { type Alert, type Chart, line } from "./chart.ts";

/** The monitors of a deployment by key, as the dashboard draws them. */
export interface Watched {
  /**
   * A chart of what a metric monitor looks at, with its thresholds.
   * @throws Error when there is no such monitor, or none over a metric
   */
  chart(key: string, title: string, display?: Chart["display"]): Chart;
  /** The thresholds of a monitor. */
  alert(key: string): Alert;
}

/**
 * @param definitions what `monitorsOf` returned: the dashboard draws the same objects, so its lines are the alerts'.
 */
export function watchedBy(definitions: readonly Definition[]): Watched {
  const find = (key: string): Definition => {
    const found = definitions.find((definition) => definition.key === key);
    if (!found) throw new Error(`there is no monitor ${key}`);
    return found;
  };
  const alert = (key: string): Alert => ({ key, thresholds: find(key).condition.thresholds });

  return {
    alert,
    chart(key, title, display = "line") {
      const { condition } = find(key);
      if (condition.kind !== "metric") throw new Error(`monitor ${key} looks at no metric`);
      return { title, display, lines: [lineOf(title, condition)], alert: alert(key) };
    },
  };
}

/**
 * A monitor that sums a count over its window is drawn in steps of that window: only then do the threshold and the bars
 * agree.
 */
function lineOf(title: string, { formula, during, windowMinutes }: MetricCondition) {
  if (formula.is !== "series" || during !== "sum") return { label: title, formula };
  return line(title, formula.of, { rollupMinutes: windowMinutes });
}
