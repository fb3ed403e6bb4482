import type { StatusCount } from "@gift/core/figure/gifts-by-status";
import { giftStatuses } from "@gift/core/gift/gift.state";
import { type Html, html } from "../html/html.ts";
import type { Round } from "../live/round.ts";
import { type Cell, cell } from "./cell.ts";
import { formatCount, formatMilliseconds, unknown } from "./figure.ts";

const meanings = {
  CREATED: "not asked to be sent",
  QUEUED: "accepted, on their way",
  SENT: "final",
  FAILED: "until redriven",
} as const;

/** Gifts by state, and how long the way from acceptance to SENT takes. */
export function gifts(round: Round): Html {
  const counts = round.database.kind === "fresh" ? round.database.value.gifts : [];
  const states = giftStatuses.map((status): Cell => {
    const found = counts.find((count) => count.status === status);
    const level = status === "FAILED" && found && found.count > 0 ? "attention" : undefined;
    return {
      name: status,
      value: found ? counted(found) : unknown,
      detail: meanings[status],
      level,
      path: `/gifts?status=${status}`,
    };
  });
  const latency = (name: string, milliseconds: number | null | undefined): Cell => {
    const [value = unknown, unit] = milliseconds == null ? [] : formatMilliseconds(milliseconds).split(" ");
    return { name, value, unit, detail: "over the last minute" };
  };
  return html`<section id="gifts" aria-labelledby="gifts-title">
<h2 id="gifts-title">Gifts by state, and how long a send takes</h2>
<dl class="cells">${states.map(cell)}${[
    latency("p50 accept → SENT", round.speed?.p50Milliseconds),
    latency("p95 accept → SENT", round.speed?.p95Milliseconds),
  ].map(cell)}</dl>
</section>`;
}

function counted({ count, precision }: StatusCount): string {
  if (precision === "exact") return formatCount(count);
  return precision === "about" ? `≈ ${formatCount(count)}` : `${formatCount(count)}+`;
}
