import { type Html, html } from "../html/html.ts";

/** A moment of a list whose rows may be days apart. All times are UTC, as in the logs. */
export function dateTime(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace("T", " ")}</time>`;
}

/** A moment of the last minutes. */
export function clockTime(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)}</time>`;
}

/** A moment among others of the same second. */
export function preciseTime(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 23).replace("T", " ")}</time>`;
}
