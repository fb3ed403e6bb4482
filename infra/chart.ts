import type { Definition, Levels } from "@gift/monitor/definition";
import type { Names } from "@gift/monitor/names";
import { logSearch } from "@gift/monitor/query";

/** The lines at which a monitor warns and alerts. */
export function markersOf({ critical, warning }: Levels): { value: string; displayType: string; label: string }[] {
  return [
    { value: `y = ${critical}`, displayType: "error dashed", label: "alert" },
    ...(warning === undefined ? [] : [{ value: `y = ${warning}`, displayType: "warning dashed", label: "warning" }]),
  ];
}

/** Each monitor of the log as bars, in steps of its window. */
export function failureChart(definitions: readonly Definition[], names: Names) {
  return definitions.flatMap(({ title, condition }) => {
    if (condition.kind !== "log") return [];
    const computeQuery = { aggregation: "count", interval: condition.windowMinutes * 60_000 };
    const logQuery = { index: "*", searchQuery: logSearch(condition.events, names), computeQuery };
    const requests = [{ logQuery, displayType: "bars" }];
    return [{ timeseriesDefinition: { title, requests, markers: markersOf(condition.thresholds) } }];
  });
}
