import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";
import type { Finding } from "./finding.ts";
import { type GoalName, goals } from "./goal.ts";
import { spreadOf } from "./measure/spread.ts";
import { figuresOf, withFigures } from "./report/document.ts";
import { figure } from "./report/figure.ts";
import { goalLine, judge } from "./report/goal-line.ts";
import { describeMachine } from "./report/machine.ts";
import { plot } from "./report/plot.ts";
import { screenReport } from "./report/screen.ts";
import type { Run } from "./run.ts";

function finding(goal: GoalName, ...values: readonly number[]): Finding {
  return { bench: "a bench", goal, what: "so many", unit: goals[goal].unit, value: spreadOf(values) };
}

const lineOf = (name: GoalName, findings: readonly Finding[]) => {
  const judgment = judge(findings).find((each) => each.name === name);
  return judgment ? goalLine(judgment) : "";
};

const everything = (Object.keys(goals) as GoalName[]).map((name) => finding(name, 1, 2, 3));
const growth: Finding = {
  ...{ bench: "growth", what: "sends <by> gifts", unit: "per second", value: spreadOf([5]) },
  curve: {
    title: "sends <by> second",
    xName: "gifts",
    points: [100, 1_000].map((x) => ({ x, y: spreadOf([x / 10]) })),
  },
};
const run: Run = {
  ...{ machine: describeMachine("18.0"), seconds: 1, isShort: true, broken: [] },
  findings: [...everything, growth],
};

describe("a goal's line", () => {
  test("says reached with the value and the goal", () => {
    expect(lineOf("create", [finding("create", 1.12)])).toMatch(/^reached 1\.12 \(goal 1\.0\) +create: POST \/gifts/);
  });

  test("says not reached, and is judged by the median", () => {
    expect(lineOf("create", [finding("create", 0.8, 0.84, 1.3)])).toMatch(/^not reached 0\.84 \(goal 1\.0\)/);
  });

  test("knows goals that are upper bounds, and the goal after the goal", () => {
    expect(lineOf("start", [finding("start", 0.8)])).toMatch(/^reached 0\.80 \(goal ≤ 0\.8 s\)/);
    expect(lineOf("start", [finding("start", 0.81)])).toMatch(/^not reached 0\.81/);
    expect(lineOf("send", [finding("send", 1.2)])).toMatch(/^reached 1\.20 \(goal 1\.0, then 1\.5\)/);
  });

  test("a goal that wasn't measured is neither", () => {
    expect(lineOf("create", [])).toMatch(/^not measured \(goal 1\.0\)/);
    expect(lineOf("create", [finding("create")])).toMatch(/^not measured/);
  });
});

describe("the report", () => {
  test("has one line per goal after a run of everything, and only those measured after a part", () => {
    const lines = (isEverything: boolean) =>
      screenReport([finding("create", 1)], isEverything)
        .split("\n")
        .filter((line) => /^(not )?(reached|measured)/.test(line));
    expect(lines(true)).toHaveLength(Object.keys(goals).length);
    expect(lines(false)).toHaveLength(1);
  });

  test("figures keep the digits that count", () => {
    expect([0.1234, 12.34, 123.4, 12_345, Number.NaN].map(figure)).toEqual(["0.12", "12.3", "123", "12,345", "–"]);
  });
});

describe("docs/performance.md", () => {
  const document = readFileSync(join(root, "docs/performance.md"), "utf8");

  test("has a place for the figures, and keeps what is around it", () => {
    const twice = withFigures(withFigures(document, "first"), "second");
    expect(twice).toContain("second");
    expect(twice).not.toContain("first\n<!--");
    expect(withFigures(twice, "first")).toBe(withFigures(document, "first"));
    expect(twice.startsWith(document.slice(0, document.indexOf("<!-- figures")))).toBe(true);
  });

  test("shows every goal", () => {
    expect(Object.keys(goals).filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
  });

  test("a document without a place is refused", () => {
    expect(() => withFigures("nothing here", "figures")).toThrow("has no place for figures");
  });

  test("a short run says that its figures mean nothing", () => {
    expect(figuresOf(run)).toContain("only show that everything runs");
    expect(figuresOf({ ...run, isShort: false })).not.toContain("only show");
  });
});

describe("the plot", () => {
  test("draws every measured goal and every curve", () => {
    const drawn = plot(run.findings);
    for (const name of Object.keys(goals)) expect(drawn).toContain(`>${name}</text>`);
    expect(drawn.match(/<polyline/g)).toHaveLength(1);
    expect(drawn.match(/<circle/g)).toHaveLength(2);
  });

  test("an upper bound that is undercut by far is drawn as reached, to the edge", () => {
    const bar = plot([finding("low-load", -0.05)])
      .split("\n")
      .find((line) => line.includes(">low-load<"));
    expect(bar).toMatch(/width="520\.0".*#1a7f5a.*-0\.05 ms →/);
  });

  test("is well-formed, whatever the words in it, and has no figure that isn't one", () => {
    const drawn = plot(run.findings);
    expect(drawn).toContain("sends &lt;by> second, by gifts");
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
    expect(drawn.match(/<text/g)).toHaveLength(drawn.match(/<\/text>/g)?.length ?? 0);
  });
});
