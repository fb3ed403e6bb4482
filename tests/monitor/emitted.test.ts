import { boardOf } from "@gift/monitor/board/board";
import type { OwnSeries } from "@gift/monitor/definition";
import { monitorsOf } from "@gift/monitor/monitors";
import { agentMetrics, cloudWatchMetrics, cloudWatchNamespaces } from "@gift/monitor/outside-metric";
import { logEvents } from "@gift/telemetry/log-event";
import { describe, expect, test } from "vitest";
import { deployment } from "./deployment.ts";
import { eventProblems, problemsOf, watchedSeries } from "./signal.ts";

const definitions = monitorsOf(deployment);
const series = watchedSeries(definitions, boardOf(deployment, definitions));

describe("monitors, SLOs and the dashboard", () => {
  test("look only at metrics of ours that the code emits, by tags and values that they have", () => {
    const own = series.filter((each) => each.from === "own");
    expect(own.length).toBeGreaterThan(20);
    expect(own.flatMap(problemsOf)).toEqual([]);
  });

  test("search only for log events that the code logs, at a level that isn't filtered out", () => {
    const events = definitions.flatMap(({ condition }) => (condition.kind === "log" ? condition.events : []));
    expect(events).toContain("send.failed");
    expect(events.flatMap(eventProblems)).toEqual([]);
    for (const event of events) expect(logEvents[event].level).toBe("error");
  });

  test("look at what CloudWatch measures of the right kind of resource, in namespaces that the integration fetches", () => {
    for (const each of series)
      if (each.from === "cloudwatch") {
        expect(each.of.kind, each.metric).toBe(cloudWatchMetrics[each.metric].of);
        const namespace = each.metric.split(".")[1] ?? "";
        expect(cloudWatchNamespaces.map((name) => name.toLowerCase())).toContain(`aws/${namespace}`);
      }
  });

  test("take counts of others as sums, and ask percentiles of distributions alone", () => {
    for (const each of series) {
      if (each.from === "own") continue;
      const { kind } = each.from === "agent" ? agentMetrics[each.metric] : cloudWatchMetrics[each.metric];
      expect(each.across === "sum", each.metric).toBe(kind === "count");
      if (each.across.startsWith("p")) expect(kind, each.metric).toBe("distribution");
    }
  });
});

const accepted: OwnSeries = { from: "own", metric: "gift.send.accepted", across: "sum" };

describe("a monitor that would never fire is noticed:", () => {
  test.each<readonly [string, OwnSeries | (Omit<OwnSeries, "metric"> & { metric: string }), string]>([
    ["a metric that isn't in the table", { ...accepted, metric: "gift.send.vanished" }, "is in no table"],
    ["a tag that the metric hasn't got", { ...accepted, where: { queue: "gift" } }, "has no tag queue"],
    [
      "a value that the tag never has",
      { ...accepted, metric: "gift.http.responses", except: { status_class: "500" as never } },
      "status_class is never 500",
    ],
    ["a count taken as a maximum", { ...accepted, across: "max" }, "is a count, taken as max"],
    ["a gauge of every task added up", { ...accepted, metric: "gift.outbox.depth" }, "is a gauge, taken as sum"],
  ])("%s", (_, mistake, problem) => {
    expect(problemsOf(mistake as OwnSeries).join()).toContain(problem);
    expect(problemsOf(accepted)).toEqual([]);
  });

  test("a log event that nothing logs", () => {
    expect(eventProblems("send.vanished")).toEqual(["nothing logs send.vanished"]);
  });
});
