import type { RecentFailure } from "@gift/core/figure/recent-attempts";
import { type Html, html } from "../html/html.ts";
import type { Round } from "../live/round.ts";
import { badge, giftLink } from "./status.ts";
import { clockTime } from "./time.ts";

/** The newest attempts that failed, each with its error. */
export function failures({ database }: Round): Html {
  const rows = database.kind === "fresh" ? database.value.failures : [];
  const none = database.kind === "fresh" ? "No attempt has failed lately." : "Unknown while Postgres is away.";
  return html`<section id="failures" aria-labelledby="failures-title">
<h2 id="failures-title">Newest failed attempts</h2>
${
  rows.length === 0
    ? html`<p class="none">${none}</p>`
    : html`<div class="scroll" tabindex="0" role="group" aria-labelledby="failures-title"><table>
<thead><tr><th scope="col">at</th><th scope="col" class="number">attempt</th><th scope="col">outcome</th><th scope="col">error</th><th scope="col">gift</th></tr></thead>
<tbody>${rows.map(row)}</tbody></table></div>`
}
</section>`;
}

function row({ id, at, outcome, number, errorCode, errorMessage, giftId }: RecentFailure): Html {
  return html`<tr id="attempt-${id}"><td>${clockTime(at)}</td><td class="number">${number}</td><td>${badge(outcome)}</td>
<td><strong>${errorCode}</strong> <span class="message">${errorMessage}</span></td><td>${giftLink(giftId)}</td></tr>`;
}
