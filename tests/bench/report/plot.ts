import type { CurvePoint, Finding } from "../finding.ts";
import { figure } from "./figure.ts";
import { type Judgment, judge } from "./goal-line.ts";

const width = 860;
const rowHeight = 22;
const labels = 250;
/** Where the goal's line stands: everything is drawn in proportion to its goal. */
const goalAt = labels + 200;
const mostShown = 2.6;
const curveHeight = 190;
const curvesPerRow = 3;

/** Goals as bars in proportion to what was wanted, then the growth curves. */
export function plot(findings: readonly Finding[]): string {
  const measured = judge(findings).filter(({ finding }) => finding && Number.isFinite(finding.value.median));
  const curves = findings.filter(({ curve }) => curve && curve.points.length > 1);
  const top = 40 + measured.length * rowHeight + 30;
  const height = top + Math.ceil(curves.length / curvesPerRow) * curveHeight + 10;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    "<title>Each goal's figure in proportion to the goal, and growth curves</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(labels, 22, "better →", "#57606a"),
    text(goalAt, 22, "goal", "#57606a", "middle"),
    ...measured.map((judgment, index) => bar(judgment, 40 + index * rowHeight)),
    `<path d="M${goalAt} 28V${top - 22}" stroke="#24292f" stroke-dasharray="3 3"/>`,
    ...curves.map((finding, index) => curve(finding, index, top)),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function bar({ name, goal, finding, isReached }: Judgment, y: number): string {
  const value = finding?.value.median ?? 0;
  const share = goal.bound === "at least" ? value / goal.figures[0] : proportionBelow(goal.figures[0], value);
  const length = Math.min(Math.max(share, 0), mostShown) * (goalAt - labels);
  const color = isReached ? "#1a7f5a" : "#bc4c00";
  return [
    text(labels - 8, y + 13, name, "#24292f", "end"),
    `<rect x="${labels}" y="${y + 2}" width="${length.toFixed(1)}" height="${rowHeight - 8}" fill="${color}"/>`,
    text(labels + length + 6, y + 13, `${figure(value)} ${goal.unit}${share > mostShown ? " →" : ""}`, "#24292f"),
  ].join("");
}

/** Below an upper bound, half of it is twice as good; nothing, or less than nothing, can't be drawn to scale. */
function proportionBelow(bound: number, value: number): number {
  return value > 0 ? bound / value : Number.POSITIVE_INFINITY;
}

function curve({ curve: drawn }: Finding, index: number, top: number): string {
  const points = drawn?.points ?? [];
  const box = {
    x: 50 + (index % curvesPerRow) * 275,
    y: top + Math.floor(index / curvesPerRow) * curveHeight,
    width: 210,
    height: 120,
  };
  const most = Math.max(...points.map(({ y }) => y.high)) * 1.1;
  const place = placeIn(box, points, most);
  const line = points.map((point) => place(point.x, point.y.median).join(",")).join(" ");
  return [
    text(box.x - 30, box.y + 4, `${drawn?.title}, by ${drawn?.xName}`, "#24292f"),
    `<path d="M${box.x} ${box.y + 16}v${box.height}h${box.width}" fill="none" stroke="#8c959f"/>`,
    `<polyline points="${line}" fill="none" stroke="#0969da" stroke-width="2"/>`,
    ...points.map((point) => dot(point, place)),
  ].join("");
}

type Place = (x: number, y: number) => readonly [number, number];

/** Sizes grow by powers, so x is logarithmic; y begins at 0, so that flat looks flat. */
function placeIn(
  box: { x: number; y: number; width: number; height: number },
  points: readonly CurvePoint[],
  most: number,
): Place {
  const [first = 0, last = 1] = [points[0]?.x, points.at(-1)?.x].map((x) => Math.log(x ?? 1));
  return (x, y) => [
    Math.round(box.x + 10 + ((Math.log(x) - first) / (last - first || 1)) * (box.width - 20)),
    Math.round(box.y + 16 + box.height - (y / most) * box.height),
  ];
}

function dot({ x, y }: CurvePoint, place: Place): string {
  const [left, at] = place(x, y.median);
  const [, high] = place(x, y.high);
  const [, low] = place(x, y.low);
  const [, floor] = place(x, 0);
  return [
    `<path d="M${left} ${high}V${low}" stroke="#0969da"/><circle cx="${left}" cy="${at}" r="3" fill="#0969da"/>`,
    text(left, at - 7, figure(y.median), "#24292f", "middle"),
    text(left, floor + 15, x.toLocaleString("en"), "#57606a", "middle"),
  ].join("");
}

function text(x: number, y: number, words: string, fill: string, anchor = "start"): string {
  const safe = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${Math.round(x)}" y="${Math.round(y)}" fill="${fill}" text-anchor="${anchor}">${safe}</text>`;
}
