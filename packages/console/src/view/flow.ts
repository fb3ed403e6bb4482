import { type Html, html } from "../html/html.ts";
import { type DatabaseFigures, tallySeconds } from "../live/database-figures.ts";
import type { Round } from "../live/round.ts";
import { type Cell, cell } from "./cell.ts";
import { formatAge, formatCount, formatRate, unknown } from "./figure.ts";

/** A send's way from acceptance to its end, as one row: where it piles up is where it is stuck. */
export function flow(round: Round): Html {
  const figures = round.database.kind === "fresh" ? round.database.value : undefined;
  const cells = [accepted(round), outbox(figures), queue(round, figures), attempts(figures), sent(round), dead(round)];
  return html`<section id="flow" aria-labelledby="flow-title">
<h2 id="flow-title">How sends travel</h2>
<dl class="cells flow">${cells.map(cell)}</dl>
</section>`;
}

function accepted({ speed }: Round): Cell {
  const perSecond = speed?.acceptedPerSecond ?? undefined;
  return { name: "Accepted", ...rate(perSecond), detail: "redrives included" };
}

function sent({ speed }: Round): Cell {
  const perSecond = speed?.sentPerSecond ?? undefined;
  return { name: "SENT", ...rate(perSecond), detail: "over five seconds" };
}

function rate(perSecond: number | undefined): Pick<Cell, "value" | "unit"> {
  return perSecond === undefined ? { value: unknown } : { value: formatRate(perSecond), unit: "/s" };
}

function outbox(figures: DatabaseFigures | undefined): Cell {
  const name = "Outbox";
  if (!figures) return { name, value: unknown };
  const depth = figures.outbox.reduce((sum, queue) => sum + queue.depth, 0);
  const oldest = Math.max(0, ...figures.outbox.map((queue) => queue.oldestAgeSeconds));
  const detail = depth === 0 ? "empty, as it should be" : `oldest ${formatAge(oldest)}`;
  return { name, value: formatCount(depth), detail, level: oldest >= 60 ? "critical" : undefined };
}

function queue({ queues }: Round, figures: DatabaseFigures | undefined): Cell {
  const longest = figures?.longestQueuedSeconds ?? null;
  const oldest = longest === null ? "" : `, oldest ${formatAge(longest)}`;
  if (queues.kind === "away") return { name: "Queue", value: unknown, detail: longest === null ? "" : oldest.slice(2) };
  const { waiting, inFlight } = queues.value.gift;
  const detail = `${formatCount(inFlight)} in flight${oldest}`;
  return { name: "Queue", value: formatCount(waiting), unit: "waiting", detail };
}

function attempts(figures: DatabaseFigures | undefined): Cell {
  const name = "Attempts";
  if (!figures) return { name, value: unknown };
  const { sent: succeeded, retried, failed } = figures.lastMinute;
  const ended = succeeded + retried + failed;
  if (ended === 0) return { name, value: "0", detail: `have ended in ${tallySeconds} s` };
  const share = Math.round(((retried + failed) / ended) * 100);
  return {
    name,
    value: `${share} %`,
    unit: "fail",
    detail: `of ${formatCount(ended)} in ${tallySeconds} s`,
    level: share > 50 ? "critical" : undefined,
  };
}

function dead({ queues, database }: Round): Cell {
  const inQueue = queues.kind === "fresh" ? `${formatCount(queues.value.deadLetters.waiting)} in the DLQ` : undefined;
  const shared = { name: "Dead letters", path: "/dead-letters", detail: inQueue ?? "DLQ unknown" };
  if (database.kind === "away") return { ...shared, value: unknown };
  const open = database.value.openDeadLetters.reduce((sum, letter) => sum + letter.count, 0);
  return { ...shared, value: formatCount(open), unit: "open", level: open > 0 ? "attention" : undefined };
}
