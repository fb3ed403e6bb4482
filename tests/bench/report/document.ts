import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/sources.ts";
import type { Finding } from "../finding.ts";
import type { Run } from "../run.ts";
import { figure } from "./figure.ts";
import { judge, measured } from "./goal-line.ts";
import { machineLines } from "./machine.ts";
import { plot } from "./plot.ts";

const markers = ["<!-- figures: written by `bun run bench --write` -->", "<!-- end of figures -->"] as const;
const documentPath = "docs/performance.md";
const plotPath = "docs/performance.svg";

/** Puts a run's figures between the markers of docs/performance.md, and its plot beside it. */
export function writeDocument(run: Run): void {
  const path = join(root, documentPath);
  writeFileSync(path, withFigures(readFileSync(path, "utf8"), figuresOf(run)));
  writeFileSync(join(root, plotPath), plot(run.findings));
}

/** @throws Error when the document has lost its markers */
export function withFigures(document: string, figures: string): string {
  const [start, end] = markers.map((marker) => document.indexOf(marker));
  if (start === undefined || end === undefined || start < 0 || end < start)
    throw new Error(`${documentPath} has no place for figures: it needs "${markers[0]}" and "${markers[1]}"`);
  return `${document.slice(0, start)}${markers[0]}\n${figures}\n${document.slice(end)}`;
}

/** The goals, what each side did, and where it was measured. */
export function figuresOf(run: Run): string {
  const kind = run.isShort ? "a short run, whose figures only show that everything runs" : "a full run";
  const disturbed = run.findings.filter(({ isDisturbed }) => isDisturbed).map(({ bench }) => bench);
  return [
    `Measured in ${Math.round(run.seconds)} s by ${kind}.`,
    ...(disturbed.length > 0 ? [`Others used the machine meanwhile: ${[...new Set(disturbed)].join(", ")}.`] : []),
    "",
    ...machineLines(run.machine)
      .split("\n")
      .map((line) => `    ${line}`),
    "",
    ...goalTable(run.findings),
    "",
    "![Goals and growth](performance.svg)",
    "",
    ...sideTable(run.findings),
  ].join("\n");
}

function goalTable(findings: readonly Finding[]): string[] {
  const rows = judge(findings).map(({ name, goal, finding, isReached }) => {
    const wanted = `${goal.bound === "at least" ? "≥" : "≤"} ${goal.figures.join(", then ")}`;
    const verdict = isReached ? "reached" : "**not reached**";
    const result = finding && !Number.isNaN(finding.value.median) ? [measured(finding), verdict] : ["not measured", ""];
    return `| \`${name}\` | ${[goal.what, goal.against ?? "–", wanted, ...result].join(" | ")} |`;
  });
  return [
    "| goal | what | against | wanted | measured, median (low–high) | |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}

function sideTable(findings: readonly Finding[]): string[] {
  const rows = findings.flatMap(({ bench, what, sides = [], curve }) => [
    ...sides.map(({ name, perSecond, processor }) => {
      const costs = Object.entries(processor).map(([process, each]) => `${process} ${figure(each.median)}`);
      return `| ${bench} | ${what} | ${name} | ${figure(perSecond.median)} | ${costs.join(", ")} |`;
    }),
    ...(curve?.points ?? []).map(
      ({ x, y }) =>
        `| ${bench} | ${curve?.title} | ${x.toLocaleString("en")} ${curve?.xName} | ${figure(y.median)} | |`,
    ),
  ]);
  return [
    "| bench | what | side or point | per second, or as named | CPU, µs per operation |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ];
}
