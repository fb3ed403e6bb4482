import { sloQueries } from "@gift/monitor/query";
import { type Slo, type SloId, slos } from "@gift/monitor/slo";
import { datadogTags, monitored } from "./monitored.ts";
import { pascalCase } from "./resource-name.ts";
import { stage } from "./stage.ts";

type Monitored = NonNullable<typeof monitored>;

/** Datadog's ids of the SLOs. */
export const sloNames = monitored && declareAll(monitored);

function declareAll({ names }: Monitored): Record<SloId, $util.Output<string>> {
  const idOf = (id: SloId) => declare(id, slos[id], names).id;
  return {
    "slo-availability": idOf("slo-availability"),
    "slo-latency": idOf("slo-latency"),
    "slo-delivery": idOf("slo-delivery"),
  };
}

function declare(id: SloId, slo: Slo, names: Monitored["names"]): datadog.ServiceLevelObjective {
  const { targetPercent: target, warningPercent: warning } = slo;
  const timeframe = `${slo.windowDays}d`;
  return new datadog.ServiceLevelObjective(pascalCase(id), {
    name: `[${stage.name}] ${slo.title}`,
    type: "metric",
    description: slo.tells,
    query: names.apply((known) => sloQueries(slo, known)),
    thresholds: [{ timeframe, target, warning }],
    timeframe,
    targetThreshold: target,
    warningThreshold: warning,
    tags: datadogTags,
  });
}
