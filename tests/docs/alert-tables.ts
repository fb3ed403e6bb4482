import { fleet } from "@gift/fleet/fleet";
import type { Condition, Definition, Formula } from "@gift/monitor/definition";
import type { Deployment } from "@gift/monitor/deployment";
import { monitorsOf } from "@gift/monitor/monitors";
import type { Series } from "@gift/monitor/series";
import { dailyLimit, slos } from "@gift/monitor/slo";
import { stages } from "../../infra/stage-table.ts";
import { markdownTable } from "./markdown-table.ts";

const code = (text: string) => `\`${text}\``;

/** Production, as `infra/monitored.ts` declares it. */
export const production: Deployment = {
  fleet,
  services: [
    { name: "Api", tag: "api", runs: ["api"], maxTasks: stages.production.api.maxTasks },
    ...["GiftWorker", "OutboxWorker", "DeadLettersWorker"].map((name, index) => ({
      name,
      tag: "worker" as const,
      runs: [["gift"], ["outbox"], ["dead-letters"]][index] ?? [],
      maxTasks: stages.production.worker.maxTasks,
    })),
  ],
  thresholds: stages.production.monitors.thresholds,
};

/** The generated parts of docs/observability.md that tell of SLOs and monitors. */
export function alertTables(): Readonly<Record<string, string>> {
  return { slos: sloTable(), alerts: alertTable() };
}

function sloTable(): string {
  const rows = Object.entries(slos).map(([id, { title, targetPercent, windowDays, tells }]) => [
    ...[`[${id}](runbook.md#${id})`, title, `${targetPercent} % of ${windowDays} days`, tells],
  ]);
  const { id, title, most, windowDays } = dailyLimit;
  const last = [`[${id}](runbook.md#${id})`, title, `${most} in ${windowDays} day`, "new dead letters of all queues"];
  return markdownTable(["SLO", "is", "target", "counts"], [...rows, last]);
}

function alertTable(): string {
  const rows = monitorsOf(production).map(({ id, title, priority, condition }) => [
    `[${id}](runbook.md#${id})`,
    title,
    `${priority}`,
    readsOf(condition),
    levelsOf(condition),
    silenceOf(condition),
  ]);
  return markdownTable(["alert", "says", "priority", "reads", "alerts", "silent"], rows);
}

function readsOf(condition: Condition): string {
  if (condition.kind === "log") return `lines of ${condition.events.map(code).join(" ")}`;
  if (condition.kind === "burn") return "the error budget's burn rate";
  return formulaOf(condition.formula);
}

function formulaOf(formula: Formula): string {
  const name = (series: Series) => code(`${series.metric}${tagsOf(series)}`);
  if (formula.is === "series") return `${formula.of.across} of ${name(formula.of)}`;
  if (formula.is === "difference") return `${name(formula.of)} − ${name(formula.minus)}`;
  return `percent of ${formula.of.map(name).join(" + ")} among ${name(formula.among)}`;
}

/** The tags that a count's points must have: the share of slow answers among all is of one metric. */
function tagsOf(series: Series): string {
  const tags = series.from === "own" ? Object.entries(series.where ?? {}) : [];
  return tags.length === 0 ? "" : `{${tags.map(([tag, value]) => `${tag}:${value}`).join()}}`;
}

function levelsOf(condition: Condition): string {
  const { critical, warning } = { warning: undefined, ...condition.thresholds };
  const sign = condition.kind === "metric" ? condition.comparator : ">";
  const levels = `${sign} ${numberOf(critical)}${warning === undefined ? "" : `, warns ${sign} ${numberOf(warning)}`}`;
  return `${levels} (${windowOf(condition)})`;
}

function numberOf(value: number): string {
  const gibibytes = value / 1_073_741_824;
  return Number.isInteger(gibibytes) && gibibytes > 0 ? `${gibibytes} GiB` : value.toLocaleString("en-US");
}

function windowOf(condition: Condition): string {
  if (condition.kind === "burn") return `${condition.longWindowHours} h and ${condition.shortWindowMinutes} min`;
  const window = condition.windowMinutes % 1_440 === 0 ? "1 day" : `${condition.windowMinutes} min`;
  return condition.kind === "log" ? window : `${condition.during} of ${window}`;
}

const silences = { default: "0", resolve: "fine", show_no_data: "shown", show_and_notify_no_data: "told" };

function silenceOf(condition: Definition["condition"]): string {
  if (condition.kind === "metric") return silences[condition.onMissingData];
  // Datadog knows no such setting for a burn rate; a log without lines counts 0.
  return condition.kind === "log" ? "0" : "–";
}
