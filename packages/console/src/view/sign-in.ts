import { type Html, html } from "../html/html.ts";

/** @param complaint why the last try didn't work */
export function signInPage(complaint?: string): Html {
  return html`<div class="question">
<h1>Sign in</h1>
${complaint && html`<p class="complaint" role="alert">${complaint}</p>`}
<form method="post" action="/sign-in">
<p><label for="by">Your name, for the audit</label> <input id="by" name="by" required maxlength="100" autocomplete="username"></p>
<p><label for="key">Key</label> <input id="key" name="key" type="password" required autocomplete="current-password"></p>
<p class="actions"><button type="submit" class="primary">Sign in</button></p>
</form>
</div>`;
}
