/** Keeps the live page moving, and says so when it doesn't. */
import { drawCharts } from "./chart.js";
import { Idiomorph } from "./idiomorph.js";

/** A round comes every second; after so many without one, what stands here is old. */
const staleMilliseconds = 3_500;

const freshness = byId("freshness");
const freshnessText = byId("freshness-text");
const figures = byId("figures");
const pause = byId("pause");
const staleNotice = byId("stale");
const charts = drawCharts();

/** @type {EventSource | undefined} */
let stream;
let isPaused = false;
let isSignedOut = false;
/** @type {string} */
let roundAt = freshnessText.querySelector("time")?.dateTime ?? "";
let heardAt = performance.now();

function open() {
  if (stream !== undefined || isPaused || document.hidden) return;
  heardAt = performance.now();
  stream = new EventSource("/stream");
  stream.addEventListener("round", onRound);
  stream.addEventListener("error", () => {
    // Not connecting again by itself: the answer was no stream, so the session is over.
    if (stream?.readyState === EventSource.CLOSED) isSignedOut = true;
  });
}

/** Nobody looks at a hidden page: the server then stops asking its sources. */
function close() {
  stream?.close();
  stream = undefined;
}

/** @param {MessageEvent<string>} event */
function onRound(event) {
  /** @type {{ at: string, parts: Record<string, string>, charts: (number | null)[][] }} */
  const round = JSON.parse(event.data);
  heardAt = performance.now();
  roundAt = round.at;
  for (const [id, part] of Object.entries(round.parts)) Idiomorph.morph(byId(id), part, { ignoreActiveValue: true });
  charts.add(round.charts);
  showFreshness();
}

function showFreshness() {
  const state = isPaused ? "paused" : performance.now() - heardAt < staleMilliseconds ? "live" : "stale";
  const time = roundAt.slice(11, 19);
  const texts = {
    live: `live, ${time}`,
    paused: `paused at ${time}`,
    stale: isSignedOut ? "signed out: load the page again" : `no news since ${time}: these figures are old`,
  };
  if (freshness.dataset.state !== state) freshness.dataset.state = state;
  const isStale = state === "stale";
  figures.classList.toggle("old", isStale);
  byId("verdict").hidden = isStale;
  staleNotice.hidden = !isStale;
  if (freshnessText.textContent !== texts[state]) freshnessText.textContent = texts[state];
}

pause.hidden = false;
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
  if (isPaused) close();
  else open();
  showFreshness();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) close();
  else open();
});
setInterval(showFreshness, 500);
open();

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}
