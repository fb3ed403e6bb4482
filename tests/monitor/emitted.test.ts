import { boardOf } from "@gift/monitor/board/board";
import { lineQuery } from "@gift/monitor/board/line-query";
import { monitorsOf } from "@gift/monitor/monitors";
import { agentMetrics, cloudWatchMetrics, cloudWatchNamespaces } from "@gift/monitor/outside-metric";
import { queryOf, sloQueries } from "@gift/monitor/query";
import type { OwnSeries } from "@gift/monitor/series";
import { slos } from "@gift/monitor/slo";
import { logEvents } from "@gift/telemetry/log-event";
import { describe, expect, test } from "vitest";
import { deployment, namesOf, sloNames } from "./deployment.ts";
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

  test("take counts of others as sums, and nothing else of theirs", () => {
    for (const each of series) {
      if (each.from === "own") continue;
      const { kind } = each.from === "agent" ? agentMetrics[each.metric] : cloudWatchMetrics[each.metric];
      expect(each.across === "sum", each.metric).toBe(kind === "count");
    }
  });
});

describe("a number that is wrong under load, or missing in a fresh account, is asked by nobody:", () => {
  const names = namesOf(deployment);
  const queries = [
    ...definitions.map(({ condition }) => queryOf(condition, names, sloNames)),
    ...Object.values(slos).flatMap((slo) => Object.values(sloQueries(slo, names))),
    ...boardOf(deployment, definitions).flatMap(({ charts }) =>
      charts.flatMap(({ lines }) => lines.map((line) => lineQuery(line, names))),
    ),
  ];

  test("a trace metric, which the agent derives from the few traces that the tracer keeps", () => {
    expect(queries.length).toBeGreaterThan(60);
    expect(queries.filter((query) => query.includes(":trace."))).toEqual([]);
  });

  test("a percentile of a distribution of ours, which Datadog keeps for nobody who hasn't turned it on", () => {
    expect(queries.filter((query) => /\bp\d+:|^percentile\(/.test(query))).toEqual([]);
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
