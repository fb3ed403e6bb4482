import { type Html, html, type Part } from "../html/html.ts";

export interface Cell {
  readonly name: string;
  readonly value: string;
  /** Behind the value, smaller. */
  readonly unit?: string | undefined;
  readonly detail?: Part;
  readonly level?: "critical" | "attention" | undefined;
  /** Where a click on its name leads. */
  readonly path?: string;
}

/** One figure with its name above and what explains it below. */
export function cell({ name, value, unit, detail, level, path }: Cell): Html {
  return html`<div class="cell" ${level && html`data-level="${level}"`}>
<dt>${path ? html`<a href="${path}">${name}</a>` : name}</dt>
<dd class="value">${value}${unit && html` <small>${unit}</small>`}</dd>
<dd class="detail">${detail}</dd>
</div>`;
}
