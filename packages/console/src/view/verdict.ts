import { type Html, html } from "../html/html.ts";
import type { Problem } from "../live/problem.ts";

/** What an operator reads first: that all is well, or what is wrong, the worst first. */
export function verdict(problems: readonly Problem[]): Html {
  const [worst] = problems;
  if (!worst)
    return html`<section id="verdict" class="verdict" data-level="fine" aria-labelledby="verdict-title">
<h1 id="verdict-title">All is well</h1> <p>Both sources answer, and nothing waits for longer than it should.</p>
</section>`;
  const title = problems.length === 1 ? "One thing needs you" : `${problems.length} things need you`;
  return html`<section id="verdict" class="verdict" data-level="${worst.level}" aria-labelledby="verdict-title">
<h1 id="verdict-title">${title}</h1>
<ul>${problems.map(item)}</ul>
</section>`;
}

/** Shown by the script instead of a verdict that may be over. */
export function staleNotice(): Html {
  return html`<section id="stale" class="verdict" data-level="critical" role="alert" hidden>
<h1>This page gets no news</h1>
<p>The console doesn't answer, so nothing here says how things are now. What is struck through is old.</p>
</section>`;
}

/** Read out when its words change; they hold no figures, which would change every second. */
export function announcement(problems: readonly Problem[]): Html {
  const text = problems.length === 0 ? "All is well" : problems.map(({ title }) => title).join(". ");
  return html`<p id="announcement" class="hidden" role="status">${text}.</p>`;
}

function item({ level, title, detail, link, runbook }: Problem): Html {
  return html`<li data-level="${level}"><strong>${title}.</strong> <span>${detail}</span> ${
    link && html`<a href="${link.path}">${link.text}</a>`
  } <span class="runbook">runbook: <code>${runbook}</code></span></li>`;
}
