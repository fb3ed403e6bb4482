import { type DeadLetter, deadLetterStates } from "@gift/core/dead-letter/dead-letter";
import { type Html, html } from "../html/html.ts";
import type { DeadLetterQuery } from "../page/dead-letter-query.ts";
import { badge, giftLink } from "./status.ts";
import { dateTime } from "./time.ts";

export interface DeadLetterList {
  readonly filter: DeadLetterQuery;
  readonly letters: readonly DeadLetter[];
  /** Whether there are more than are shown. */
  readonly hasMore: boolean;
}

/**
 * Dead letters as filtered, oldest first. A dead letter's body isn't shown: one that can't be parsed may hold anything.
 */
export function deadLetterListPage({ filter, letters, hasMore }: DeadLetterList): Html {
  const canChange = filter.state === "OPEN" && letters.length > 0;
  return html`<h1>Dead letters</h1>
<form class="filter" method="get" action="/dead-letters">
<p><label for="state">State</label> <select id="state" name="state">${["OPEN", ...deadLetterStates.slice(1), "ANY"].map(
    (state) => html`<option ${state === (filter.state ?? "ANY") && html`selected`}>${state}</option>`,
  )}</select></p>
<p><label for="error_code">Error code</label> <input id="error_code" name="error_code" value="${filter.errorCode}" maxlength="100" autocomplete="off" spellcheck="false"></p>
<p><label for="gift">Gift id</label> <input id="gift" name="gift" value="${filter.giftId}" maxlength="36" autocomplete="off" spellcheck="false"></p>
<p><button type="submit">Filter</button> <a href="/dead-letters">All open ones</a></p>
</form>
${canChange && changeAll(filter, letters.length, hasMore)}
${letters.length === 0 ? html`<p class="none">No dead letter matches.</p>` : table(letters)}
${hasMore && html`<p class="none">The oldest ${letters.length}; there are more. Narrow the filter, or use <code>bun run ops dead-letters list</code>.</p>`}`;
}

function changeAll(filter: DeadLetterQuery, count: number, hasMore: boolean): Html {
  const query = filter.text();
  const which = count === 1 ? "this one" : `${hasMore ? "the oldest" : "all"} ${count}`;
  return html`<p class="actions"><a class="button primary" href="/dead-letters/redrive?${query}">Redrive ${which}</a>
<a class="button" href="/dead-letters/discard?${query}">Discard ${which}</a> <span class="quiet">both ask first</span></p>`;
}

function table(letters: readonly DeadLetter[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Dead letters"><table>
<thead><tr><th scope="col" class="number">id</th><th scope="col">state</th><th scope="col">recorded</th><th scope="col">error</th><th scope="col">gift</th><th scope="col">request id</th><th scope="col">do</th></tr></thead>
<tbody>${letters.map(row)}</tbody></table></div>`;
}

function row(letter: DeadLetter): Html {
  const [code = "", ...message] = letter.error.split(":");
  return html`<tr><td class="number">${letter.id}</td><td>${badge(letter.state)}</td><td>${dateTime(letter.createdAt)}</td>
<td><strong>${code}</strong> <span class="message">${message.join(":")}</span></td>
<td>${letter.giftId ? giftLink(letter.giftId) : "–"}</td><td class="id">${letter.requestId ?? "–"}</td><td class="do">${what(letter)}</td></tr>`;
}

function what({ id, state, resolvedBy: by, resolvedAt: at }: DeadLetter): Html {
  if (state !== "OPEN") return html`by ${by} ${at && dateTime(at)}`;
  return html`<a href="/dead-letters/redrive?id=${id}" aria-label="Redrive dead letter ${id}">Redrive</a>
<a href="/dead-letters/discard?id=${id}" aria-label="Discard dead letter ${id}">Discard</a>`;
}
