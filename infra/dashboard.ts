import { boardOf } from "@gift/monitor/board/board";
import type { Chart, Group } from "@gift/monitor/board/chart";
import { lineQuery } from "@gift/monitor/board/line-query";
import type { Names, SloNames } from "@gift/monitor/names";
import { seriesQuery } from "@gift/monitor/series-query";
import { dailyLimit, slos } from "@gift/monitor/slo";
import { failureChart, markersOf } from "./chart.ts";
import { datadogTags, monitored } from "./monitored.ts";
import { sloNames } from "./slo.ts";
// What it shows the state of.
import "./monitor.ts";
import "./integration.ts";
import { stage } from "./stage.ts";
import { runbookUrl } from "./stage-table.ts";

type Widget = datadog.types.input.DashboardWidget;
type Widgets = NonNullable<datadog.types.input.DashboardWidgetGroupDefinition["widgets"]>;
type Monitored = NonNullable<typeof monitored>;

if (monitored && sloNames) declare(monitored, sloNames);

/**
 * One page that answers "what is wrong": promises and alerts first, then from the client to the database, the log last.
 */
function declare({ deployment, definitions, names }: Monitored, slos: NonNullable<typeof sloNames>): void {
  const groups = boardOf(deployment, definitions);
  new datadog.Dashboard("Dashboard", {
    title: `Gift service: ${stage.name}`,
    description: `Declared in infra/dashboard.ts: edits here are undone by the next deploy. Runbook: ${runbookUrl}`,
    layoutType: "ordered",
    reflowType: "auto",
    widgets: $output([names, slos] as const).apply(([known, ids]) => [
      overview(known, ids),
      ...groups.map((group) => groupWidget(group, known)),
      logs(definitions, known),
    ]),
  });
}

function overview(names: Names, ids: SloNames): Widget {
  const query = datadogTags.map((tag) => `tag:"${tag}"`).join(" ");
  const objectives = Object.entries(slos).map(([id, { title, windowDays }]) => ({
    serviceLevelObjectiveDefinition: {
      title,
      sloId: ids[id as keyof typeof slos],
      viewType: "detail",
      viewMode: "overall",
      showErrorBudget: true,
      timeWindows: [`${windowDays}d`],
    },
  }));
  const monitors = {
    manageStatusDefinition: {
      title: "Monitors",
      query,
      displayFormat: "countsAndList",
      summaryType: "monitors",
      sort: "status,asc",
      showPriority: true,
    },
  };
  return rowOf("Promises and alerts", [monitors, ...objectives, deadLettersOfTheDay(names)]);
}

/** The objective without a budget: a number that has to be zero. */
function deadLettersOfTheDay(names: Names) {
  const { title, windowDays, most, counts } = dailyLimit;
  const formats = [
    { comparator: ">", value: most, palette: "white_on_red" },
    { comparator: "<=", value: most, palette: "white_on_green" },
  ];
  return {
    queryValueDefinition: {
      title,
      liveSpan: `${windowDays}d`,
      autoscale: false,
      precision: 0,
      requests: [{ q: `default_zero(${seriesQuery(counts, names)})`, aggregator: "sum", conditionalFormats: formats }],
    },
  };
}

function groupWidget({ title, charts }: Group, names: Names): Widget {
  return rowOf(
    title,
    charts.map((chart) => timeseries(chart, names)),
  );
}

function timeseries({ title, lines, display, alert }: Chart, names: Names) {
  const requests = lines.map((line) => {
    const q = lineQuery(line, names);
    return { q, displayType: display, metadatas: [{ expression: q, aliasName: line.label }] };
  });
  return {
    timeseriesDefinition: { title, showLegend: true, requests, ...(alert && { markers: markersOf(alert.thresholds) }) },
  };
}

function logs(definitions: Monitored["definitions"], names: Names): Widget {
  const stream = {
    logStreamDefinition: {
      title: "Errors",
      query: `env:${stage.name} service:(api OR worker) status:(error OR critical OR emergency)`,
      indexes: [],
      columns: ["timestamp", "service", "event", "error_code", "gift_id"],
      showDateColumn: true,
      showMessageColumn: true,
      messageDisplay: "inline",
      sort: { column: "time", order: "desc" },
    },
  };
  return rowOf("Logs", [...failureChart(definitions, names), stream]);
}

function rowOf(title: string, widgets: Widgets): Widget {
  return { groupDefinition: { title, layoutType: "ordered", widgets } };
}
