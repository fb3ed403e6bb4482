import type { Definition, Formula } from "@gift/monitor/definition";
import { messageOf, runbookOf } from "@gift/monitor/message";
import { queryOf, queryTypes } from "@gift/monitor/query";
import { datadogTags, monitored } from "./monitored.ts";
import { pascalCase } from "./resource-name.ts";
import { sloNames } from "./slo.ts";
import { stage } from "./stage.ts";
import { runbookUrl } from "./stage-table.ts";

type Monitored = NonNullable<typeof monitored>;
type Options = Partial<datadog.MonitorArgs>;

if (monitored && sloNames) for (const definition of monitored.definitions) declare(definition, monitored, sloNames);

function declare(definition: Definition, { names, row }: Monitored, slos: NonNullable<typeof sloNames>): void {
  const { condition, key, priority, title } = definition;
  const { critical, warning } = { warning: undefined, ...condition.thresholds };
  new datadog.Monitor(`Monitor${pascalCase(key)}`, {
    name: `[${stage.name}] ${title}`,
    type: queryTypes[condition.kind],
    query: $output([names, slos] as const).apply(([known, ids]) => queryOf(condition, known, ids)),
    message: messageOf(definition, row.notify, runbookUrl),
    monitorThresholds: { critical: `${critical}`, ...(warning !== undefined && { warning: `${warning}` }) },
    priority: `${priority}`,
    assets: [{ category: "runbook", name: definition.id, url: runbookOf(definition, runbookUrl) }],
    tags: datadogTags,
    includeTags: true,
    notifyAudit: false,
    // Who was woken and fell asleep again is called once more; the rest waits to be read.
    ...(priority === 1 && { renotifyInterval: 60, renotifyStatuses: ["alert"] }),
    ...optionsOf(definition),
  });
}

/** Points of CloudWatch arrive late and with holes: a window that wanted all of them would never be complete. */
function optionsOf({ condition }: Definition): Options {
  if (condition.kind === "burn") return {};
  if (condition.kind === "log") return { enableLogsSample: true };
  const { formula, onMissingData } = condition;
  // What Datadog's own monitors of CloudWatch metrics use.
  const delay = readsCloudWatch(formula) ? { evaluationDelay: 900 } : {};
  return { requireFullWindow: false, onMissingData, ...delay };
}

function readsCloudWatch(formula: Formula): boolean {
  const series = formula.is === "percentage" ? [formula.among] : [formula.of];
  return series.some(({ from }) => from === "cloudwatch");
}
