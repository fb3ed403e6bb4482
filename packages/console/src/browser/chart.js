/** The three charts of the live page. */
import uPlot from "./uplot.js";

const seconds = 300;

/** Which columns of a point (see Point in live/history.ts) each chart shows, and how its figures are written. */
const definitions = [
  { id: "throughput", columns: [1, 2], format: perSecond, isLogarithmic: false },
  { id: "latency", columns: [3, 4], format: duration, isLogarithmic: true },
  { id: "depth", columns: [5, 6, 7], format: perSecond, isLogarithmic: false },
];

/**
 * Draws empty charts.
 * @returns how to add points; one of a known second replaces it
 */
export function drawCharts() {
  /** @type {Map<number, (number | null)[]>} */
  const points = new Map();
  let charts = definitions.map(draw);
  const redraw = () => {
    const rows = [...points.values()].sort((one, other) => Number(one[0]) - Number(other[0]));
    charts.forEach((chart, index) => {
      const { columns } = definitions[index];
      chart.setData([0, ...columns].map((column) => rows.map((row) => row[column])));
    });
  };
  // The colors come from the style sheet, which follows the system's theme.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const chart of charts) chart.destroy();
    charts = definitions.map(draw);
    redraw();
  });
  new ResizeObserver(() => {
    charts.forEach((chart, index) => {
      chart.setSize(sizeOf(place(definitions[index].id)));
    });
  }).observe(place(definitions[0].id));
  return {
    /** @param {(number | null)[][]} added */
    add(added) {
      for (const point of added) points.set(Number(point[0]), point);
      const newest = Math.max(...points.keys());
      for (const second of points.keys()) if (second <= newest - seconds) points.delete(second);
      redraw();
    },
  };
}

function draw({ id, columns, format, isLogarithmic }) {
  const element = place(id);
  const { fontFamily } = getComputedStyle(element);
  const axis = { stroke: color("--quiet"), font: `11px ${fontFamily}`, ticks: { show: false } };
  const grid = { stroke: color("--line"), width: 1 };
  const series = columns.map((_, index) => ({
    stroke: color(`--series-${index + 1}`),
    width: 1.5,
    points: { show: false },
    fill: index === 0 && !isLogarithmic ? color("--series-1-fill") : undefined,
  }));
  return new uPlot(
    {
      ...sizeOf(element),
      tzDate: (timestamp) => uPlot.tzDate(new Date(timestamp * 1_000), "Etc/UTC"),
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 20, 0, 0],
      scales: {
        x: { time: true, range: lastSeconds },
        y: isLogarithmic ? { distr: 3, log: 10, range: decades } : { range: fromZero },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 24, space: 40, values: (_, ticks) => ticks.map(clock) },
        {
          ...axis,
          grid,
          size: 46,
          space: 28,
          ...(isLogarithmic && { splits: powersOfTen, filter: (_, splits) => splits }),
          values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : format(tick))),
        },
      ],
      series: [{}, ...series],
    },
    [[], ...columns.map(() => [])],
    element,
  );
}

/** The last five minutes, also while there is less to show. */
function lastSeconds(_, _least, most) {
  const end = most ?? Date.now() / 1_000;
  return [end - seconds, end];
}

/** Whole figures, and a flat line at zero stays at the bottom. */
function fromZero(_, _least, most) {
  return [0, Math.max(4, (most ?? 0) * 1.1)];
}

/** From 10 ms to 10 s at least: a quarter of a second looks the same today and tomorrow. */
function decades(_, least, most) {
  const floor = 10 ** Math.floor(Math.log10(Math.max(1, least ?? 10)));
  const ceiling = 10 ** Math.ceil(Math.log10(Math.max(10, most ?? 10)));
  return [Math.min(10, floor), Math.max(10_000, ceiling)];
}

/** Only the powers of ten: uPlot would draw nine lines between them. */
function powersOfTen(_chart, _axis, least, most) {
  const first = Math.ceil(Math.log10(least));
  const count = Math.floor(Math.log10(most)) - first + 1;
  return Array.from({ length: count }, (_, index) => 10 ** (first + index));
}

/** A color of the style sheet as a canvas understands it, in the theme of this moment. */
function color(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

function clock(second) {
  return new Date(second * 1_000).toISOString().slice(11, 16);
}

function perSecond(value) {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : "";
}

function duration(milliseconds) {
  if (!Number.isInteger(Math.log10(milliseconds))) return "";
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${(milliseconds / 1_000).toLocaleString("en-US")} s`;
}

function sizeOf(element) {
  return { width: element.clientWidth, height: 150 };
}

function place(id) {
  const element = document.getElementById(`chart-${id}`);
  if (element === null) throw new Error(`the page has no chart ${id}`);
  return element;
}
