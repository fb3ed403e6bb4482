import Table from "cli-table3";
import type { Finding } from "../finding.ts";
import type { Spread } from "../measure/spread.ts";
import { figure } from "./figure.ts";
import { goalLine, judge, measured } from "./goal-line.ts";

/** The tables of a run, and one line per goal that was measured or should have been. */
export function screenReport(findings: readonly Finding[], isEverything: boolean): string {
  const table = new Table({
    head: ["bench", "what", "median (low–high)", "side", "per second", "CPU, µs each"],
    chars: quiet,
    style: { head: [], border: [], "padding-left": 0 },
  });
  for (const finding of findings) table.push(...rowsOf(finding));
  const judgments = judge(findings).filter(({ finding }) => isEverything || finding);
  const notes = findings.flatMap(({ bench, note }) => (note === undefined ? [] : [`${bench}: ${note}`]));
  return [table.toString(), ...notes, "", ...judgments.map(goalLine)].join("\n");
}

/** Without lines between rows, which would be half of the output. */
const quiet = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "" },
  ...{ "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: " " },
};

function rowsOf(finding: Finding): string[][] {
  const value = `${measured(finding)}${finding.isDisturbed ? " disturbed" : ""}`;
  const first = [finding.bench, finding.what, value];
  const sides = (finding.sides ?? []).map(({ name, perSecond, processor }) => [
    ...[name, spread(perSecond)],
    Object.entries(processor)
      .map(([process, each]) => `${process} ${figure(each.median)}`)
      .join(", "),
  ]);
  const points = (finding.curve?.points ?? []).map(({ x, y }) => [
    `${figure(x)} ${finding.curve?.xName}`,
    spread(y),
    "",
  ]);
  const [top = ["", "", ""], ...rest] = [...sides, ...points];
  return [[...first, ...top], ...rest.map((row) => ["", "", "", ...row])];
}

function spread({ median, low, high, count }: Spread): string {
  return count > 1 ? `${figure(median)} (${figure(low)}–${figure(high)})` : figure(median);
}
