import type { Gift } from "@gift/core/gift/gift";
import { type Html, html } from "../html/html.ts";
import { badge, giftLink } from "./status.ts";
import { dateTime } from "./time.ts";

/**
 * Some gifts, newest first.
 * @param most how many were asked for: with so many there may be more
 */
export function giftListPage(title: string, gifts: readonly Gift[], most: number): Html {
  if (gifts.length === 0) return html`<h1>${title}</h1><p class="none">There is none.</p>`;
  return html`<h1>${title}</h1>
<div class="scroll" tabindex="0" role="group" aria-label="Gifts"><table>
<thead><tr><th scope="col">gift</th><th scope="col">state</th><th scope="col">created</th><th scope="col">updated</th><th scope="col">last error</th></tr></thead>
<tbody>${gifts.map(row)}</tbody></table></div>
${gifts.length === most && html`<p class="none">The newest ${most}; there may be more.</p>`}`;
}

/** A search without a result. */
export function nothingFoundPage(query: string): Html {
  return html`<h1>Nothing found</h1>
<p>No gift has the id or the request id <code>${query}</code>. Both are looked for exactly as they are.</p>`;
}

function row(gift: Gift): Html {
  return html`<tr><td>${giftLink(gift.id)}</td><td>${badge(gift.status)}</td><td>${dateTime(gift.createdAt)}</td><td>${dateTime(gift.updatedAt)}</td><td class="message">${gift.lastError}</td></tr>`;
}
