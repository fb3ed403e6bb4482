import type { BurnCondition, Definition } from "../definition.ts";
import { burnRates, dailyLimit, type SloId, slos } from "../slo.ts";

type Speed = keyof typeof burnRates;

/** What each missed objective means for people, and what to look at. */
const pages: Readonly<Record<SloId, Pick<Definition, "impact" | "firstChecks">>> = {
  "slo-availability": {
    impact: "More requests fail than clients were promised.",
    firstChecks: ["Which operation and since when: requests by status class", "The same steps as for `api-errors`"],
  },
  "slo-latency": {
    impact: "More requests take over 300 ms than clients were promised.",
    firstChecks: ["Which operation and since when: share of slow answers", "The same steps as for `api-latency`"],
  },
  "slo-delivery": {
    impact: "More gifts than promised arrive later than five minutes, or fail.",
    firstChecks: [
      "Late or failed: sent in time, sent late and failed",
      "Late: as for `queue-age`. Failed: as for `send-failures`",
    ],
  },
};

/** Each objective: its budget burns fast, which pages somebody, or slowly, and the one that has no budget. */
export function objectiveMonitors(): readonly Definition[] {
  const ids: readonly SloId[] = ["slo-availability", "slo-latency", "slo-delivery"];
  return [...ids.flatMap((id) => [burn(id, "fast"), burn(id, "slow")]), deadLettersOfADay()];
}

function burn(id: SloId, speed: Speed): Definition {
  const { rate, longWindowHours, shortWindowMinutes } = burnRates[speed];
  const condition: BurnCondition = {
    kind: "burn",
    slo: id,
    longWindowHours,
    shortWindowMinutes,
    thresholds: { critical: rate },
  };
  return {
    id,
    key: `${id}-${speed}`,
    title: `${slos[id].title}: the error budget burns ${speed === "fast" ? "fast" : "steadily"}`,
    priority: speed === "fast" ? 1 : 2,
    condition,
    ...pages[id],
  };
}

/** Looks back over a day and is quiet: whoever must act has heard of the dead letter from `dead-letter`. */
function deadLettersOfADay(): Definition {
  return {
    id: dailyLimit.id,
    key: dailyLimit.id,
    title: "The day has a dead letter",
    priority: 3,
    condition: {
      kind: "metric",
      formula: { is: "series", of: dailyLimit.counts },
      during: "sum",
      windowMinutes: dailyLimit.windowDays * 24 * 60,
      comparator: ">",
      thresholds: { critical: dailyLimit.most },
      onMissingData: "default",
    },
    impact: "The objective of zero dead letters a day is missed; each is a gift that was not sent.",
    firstChecks: [
      "Are they redriven or discarded: `gift.dead_letter.open` goes to 0",
      "The same steps as for `dead-letter`",
    ],
  };
}
