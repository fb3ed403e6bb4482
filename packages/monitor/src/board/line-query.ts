import type { Formula } from "../definition.ts";
import type { Names } from "../names.ts";
import type { Series } from "../series.ts";
import { isCount, seriesQuery } from "../series-query.ts";
import type { Line } from "./chart.ts";

/** A line of the dashboard in Datadog's language: the same series as a monitor's query, without its window. */
export function lineQuery({ formula, by = [], rollupMinutes }: Line, names: Names): string {
  const draw = (series: Series) => {
    const query = seriesQuery(series, names, isRate(formula, rollupMinutes) ? "rate" : "count", by);
    const rolled = rollupMinutes === undefined ? query : `${query}.rollup(sum, ${rollupMinutes * 60})`;
    return isCount(series) ? `default_zero(${rolled})` : rolled;
  };
  if (formula.is === "series") return draw(formula.of);
  if (formula.is === "difference") return `${draw(formula.of)} - ${draw(formula.minus)}`;
  return `(${formula.of.map(draw).join(" + ")}) / ${seriesQuery(formula.among, names, "count", by)} * 100`;
}

/** In a share and in what came together, counts stay counts. */
function isRate(formula: Formula, rollupMinutes: number | undefined): boolean {
  return formula.is !== "percentage" && rollupMinutes === undefined;
}
