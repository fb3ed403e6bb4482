import { mostOpenCounted, type OpenDeadLetters } from "@gift/core/figure/open-dead-letters";
import { type Html, html } from "../html/html.ts";
import type { Round } from "../live/round.ts";
import { formatAge, formatCount } from "./figure.ts";

/** Open dead letters by error code: the way to their redrive. */
export function openDeadLetters({ at, database }: Round): Html {
  const rows = database.kind === "fresh" ? database.value.openDeadLetters : [];
  const none = database.kind === "fresh" ? "No dead letter is open." : "Unknown while Postgres is away.";
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  return html`<section id="dead-letters" aria-labelledby="dead-letters-title">
<h2 id="dead-letters-title">Open dead letters</h2>
${
  rows.length === 0
    ? html`<p class="none">${none}</p>`
    : html`<table>
<thead><tr><th scope="col">error</th><th scope="col" class="number">open</th><th scope="col" class="number">oldest</th></tr></thead>
<tbody>${rows.map((letters) => row(letters, at))}</tbody></table>
${total >= mostOpenCounted && html`<p class="none">Of the oldest ${formatCount(mostOpenCounted)}; there are more.</p>`}
<p><a class="button" href="/dead-letters">Look, redrive or discard</a></p>`
}
</section>`;
}

function row({ errorCode, count, oldestAt }: OpenDeadLetters, now: Date): Html {
  return html`<tr><td><a href="/dead-letters?error_code=${encodeURIComponent(errorCode)}">${errorCode}</a></td>
<td class="number">${formatCount(count)}</td><td class="number"><time datetime="${oldestAt.toISOString()}">${formatAge((now.getTime() - oldestAt.getTime()) / 1_000)}</time></td></tr>`;
}
