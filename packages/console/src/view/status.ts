import { type Html, html } from "../html/html.ts";

/** A state or an outcome: its word always stands there, the color only helps. */
export function badge(word: string): Html {
  return html`<span class="badge" data-word="${word.toLowerCase()}">${word}</span>`;
}

/**
 * A gift's id, linked to its story.
 * @param giftId whole for who hears the page, and in the gift's address
 */
export function giftLink(giftId: string): Html {
  // Of a time-ordered id the end is what differs, and what fits a row.
  return html`<a class="id short" href="/gifts/${giftId}" title="${giftId}" aria-label="Gift ${giftId}">…${giftId.slice(-12)}</a>`;
}
