import type { Visitor } from "../access/access.ts";
import { type Html, html, type Part } from "../html/html.ts";

export interface Question {
  readonly title: string;
  /** What will happen, in sentences. */
  readonly consequences: readonly Part[];
  /** Where yes is posted to. */
  readonly action: string;
  readonly ids: readonly string[];
  /** The verb on the button. */
  readonly yes: string;
  readonly isFinal?: boolean;
  /** Where no leads. */
  readonly back: string;
  readonly visitor: Visitor;
}

/**
 * Asks before anything changes: a page of its own, so that it works without a script and takes the keyboard's focus.
 */
export function confirmationPage(question: Question): Html {
  const { title, consequences, action, ids, yes, isFinal, back, visitor } = question;
  return html`<div class="question">
<h1>${title}</h1>
<ul>${consequences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
<form method="post" action="${action}">
<input type="hidden" name="token" value="${visitor.token}">
${ids.map((id) => html`<input type="hidden" name="id" value="${id}">`)}
<p><label for="by">Recorded as done by</label> <input id="by" name="by" value="${visitor.operator}" required maxlength="100" autocomplete="off"></p>
<p class="actions"><button type="submit" class="${isFinal ? "danger" : "primary"}">${yes}</button> <a class="button" href="${back}">No, go back</a></p>
</form>
</div>`;
}
