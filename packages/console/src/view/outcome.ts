import { type DeadLetterAction, type DeadLetterResult, doneOutcomes } from "@gift/core/dead-letter/one-by-one";
import { type Html, html } from "../html/html.ts";
import { badge } from "./status.ts";

/** What became of one; `not_reached` after one that failed unexpectedly. */
export type ShownResult = DeadLetterResult | { readonly id: string; readonly outcome: "not_reached" };

/** What became of each dead letter, in the words of the operator API and of `bun run ops`. */
export function outcomePage(action: DeadLetterAction, results: readonly ShownResult[]): Html {
  const verb = doneOutcomes[action];
  const done = results.filter(({ outcome }) => outcome === verb).length;
  return html`<h1>${done} of ${results.length} ${verb}</h1>
${action === "redrive" && done > 0 && html`<p>The outbox has their messages; a worker sends them within seconds.</p>`}
<div class="scroll outcome" tabindex="0" role="group" aria-label="What became of each"><table>
<thead><tr><th scope="col" class="number">dead letter</th><th scope="col">outcome</th><th scope="col">new request id</th></tr></thead>
<tbody>${results.map(row)}</tbody></table></div>
<p class="actions"><a class="button primary" href="/">Watch it live</a> <a class="button" href="/dead-letters">Dead letters</a></p>`;
}

function row(result: ShownResult): Html {
  const requestId = "requestId" in result && result.requestId;
  const request = requestId && html`<a class="id" href="/search?q=${encodeURIComponent(requestId)}">${requestId}</a>`;
  return html`<tr><td class="number">${result.id}</td><td>${badge(result.outcome)}</td><td>${request}</td></tr>`;
}
