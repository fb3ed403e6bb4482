import { countEvent } from "@gift/telemetry/count-event";
import { type LogEventName, logEvents } from "@gift/telemetry/log-event";
import { connectMetrics } from "@gift/telemetry/measure";
import { type Metric, metrics } from "@gift/telemetry/metric";
import { metricTags } from "@gift/telemetry/metric-tag";
import { type Point, sinkInto } from "../support/metric.ts";
import { alertTables } from "./alert-tables.ts";
import { markdownTable } from "./markdown-table.ts";

/** The generated parts of docs/observability.md, by the name of their markers. */
export function signalTables(): Readonly<Record<string, string>> {
  return { metrics: metricTable(), tags: tagTable(), "log-events": logEventTable(), ...alertTables() };
}

/**
 * A page with its generated parts written anew.
 * @throws Error when a part has no markers
 */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const part = new RegExp(`(<!-- ${name}: generated[^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!part.test(text)) throw new Error(`the page has no markers for ${name}`);
    return text.replace(part, (_, begin, end) => `${begin}\n${table}\n\n${end}`);
  }, page);
}

const code = (text: string) => `\`${text}\``;

function metricTable(): string {
  const rows = Object.entries<Metric>(metrics).map(([name, { kind, unit, tags, tells }]) => [
    ...[code(name), kind, unit === "1" ? "" : unit, tags.map(code).join(" "), tells],
  ]);
  return markdownTable(["metric", "kind", "unit", "tags", "tells"], rows);
}

function tagTable(): string {
  const rows = Object.entries(metricTags).map(([tag, known]) => [
    code(tag),
    "values" in known ? known.values.map(code).join(" ") : known.from,
  ]);
  return markdownTable(["tag", "values"], rows);
}

function logEventTable(): string {
  const rows = Object.entries(logEvents).map(([event, { level, message }]) => [
    ...[
      code(event),
      level,
      message,
      countsOf(event as LogEventName)
        .map(code)
        .join(" "),
    ],
  ]);
  return markdownTable(["event", "status", "message", "counts as"], rows);
}

/** The metrics of an event, found out by logging it. */
function countsOf(event: LogEventName): string[] {
  const points: Point[] = [];
  connectMetrics(sinkInto(points));
  try {
    countEvent(event, { latency_milliseconds: 1 });
  } finally {
    connectMetrics(undefined);
  }
  return points.map(({ name }) => name);
}
