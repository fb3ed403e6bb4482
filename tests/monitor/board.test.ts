import { boardOf } from "@gift/monitor/board/board";
import { line } from "@gift/monitor/board/chart";
import { lineQuery } from "@gift/monitor/board/line-query";
import { watchedBy } from "@gift/monitor/board/watched";
import { monitorsOf } from "@gift/monitor/monitors";
import { own } from "@gift/monitor/series";
import { describe, expect, test } from "vitest";
import { deployment, deploymentOf, extended, namesOf } from "./deployment.ts";

const definitions = monitorsOf(deployment);
const names = namesOf(deployment);
const groups = boardOf(deployment, definitions);
const charts = groups.flatMap((group) => group.charts);

describe("the dashboard", () => {
  test("goes from the client to the database", () => {
    expect(groups.map(({ title }) => title)).toEqual(["API", "Load balancer", "ECS", "Queue", "Worker", "Database"]);
  });

  test("draws every monitor of a metric, at its own thresholds, in one chart", () => {
    // Silence has no height, and the day's dead letters are a number.
    const undrawn = ["agent-silent-api", "agent-silent-worker", "slo-dead-letters"];
    const drawn = definitions.filter(({ condition, key }) => condition.kind === "metric" && !undrawn.includes(key));
    expect(charts.flatMap(({ alert }) => (alert ? [alert.key] : [])).sort()).toEqual(
      drawn.map(({ key }) => key).sort(),
    );
    for (const { alert } of charts)
      if (alert) expect(alert.thresholds).toBe(definitions.find(({ key }) => key === alert.key)?.condition.thresholds);
  });

  test("draws what a monitor sums in steps of the monitor's window: only then do bar and threshold agree", () => {
    const chart = charts.find(({ alert }) => alert?.key === "dead-letter-gift-dead-letters");
    expect(chart?.lines.map((each) => lineQuery(each, names))).toEqual([
      "default_zero(sum:gift.dead_letter.recorded{env:production,queue:gift-dead-letters}.as_count().rollup(sum, 900))",
    ]);
  });

  test("draws counts per second, shares as shares, and gauges as they are", () => {
    const count = line("accepted", own("gift.send.accepted", "sum"));
    expect(lineQuery(count, names)).toBe("default_zero(sum:gift.send.accepted{env:production}.as_rate())");
    const gauge = line("depth", own("gift.outbox.depth", "max"), { by: ["queue"] });
    expect(lineQuery(gauge, names)).toBe("max:gift.outbox.depth{env:production} by {queue}");
    const slow = charts.find(({ title }) => title === "Percent of requests that are slow, by operation");
    expect(slow?.lines.map((each) => lineQuery(each, names))).toEqual([
      "(default_zero(sum:gift.http.responses{env:production,is_fast:false} by {operation}.as_count())) / sum:gift.http.responses{env:production} by {operation}.as_count() * 100",
    ]);
  });

  test("has the charts of one queue and one worker more", () => {
    const more = deploymentOf(extended);
    const titles = boardOf(more, monitorsOf(more)).flatMap((group) => group.charts.map(({ title }) => title));
    const added = titles.filter((title) => !charts.some((chart) => chart.title === title));
    for (const subject of ["example: messages", "example: age", "example-worker: tasks", "New dead letters in lost"])
      expect(
        added.some((title) => title.startsWith(subject)),
        subject,
      ).toBe(true);
  });

  test("can't draw the threshold of a monitor that isn't there, or of one that looks at no metric", () => {
    const watched = watchedBy(definitions);
    expect(() => watched.alert("queue-age-lost")).toThrow("there is no monitor queue-age-lost");
    expect(() => watched.chart("send-failures", "Failures")).toThrow("monitor send-failures looks at no metric");
  });
});
