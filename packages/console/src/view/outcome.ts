import { type Html, html } from "../html/html.ts";
import { badge } from "./status.ts";

export interface LetterResult {
  readonly id: string;
  readonly outcome: "redriven" | "discarded" | "resolved before" | "gift not FAILED" | "not found" | "not reached";
  readonly requestId?: string | undefined;
}

/** What became of each dead letter. */
export function outcomePage(verb: "redriven" | "discarded", results: readonly LetterResult[]): Html {
  const done = results.filter(({ outcome }) => outcome === verb).length;
  return html`<h1>${done} of ${results.length} ${verb}</h1>
${verb === "redriven" && done > 0 && html`<p>The outbox has their messages; a worker sends them within seconds.</p>`}
<div class="scroll outcome" tabindex="0" role="group" aria-label="What became of each"><table>
<thead><tr><th scope="col" class="number">dead letter</th><th scope="col">outcome</th><th scope="col">new request id</th></tr></thead>
<tbody>${results.map(row)}</tbody></table></div>
<p class="actions"><a class="button primary" href="/">Watch it live</a> <a class="button" href="/dead-letters">Dead letters</a></p>`;
}

function row({ id, outcome, requestId }: LetterResult): Html {
  const request = requestId && html`<a class="id" href="/search?q=${encodeURIComponent(requestId)}">${requestId}</a>`;
  return html`<tr><td class="number">${id}</td><td>${badge(outcome)}</td><td>${request}</td></tr>`;
}
