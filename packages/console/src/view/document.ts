import type { Visitor } from "../access/access.ts";
import { type Html, html, type Part } from "../html/html.ts";

export interface DocumentOptions {
  readonly title: string;
  readonly stage: string;
  /** Undefined on the pages before anybody is let in. */
  readonly visitor: Visitor | undefined;
  /** The path of the navigation that this page belongs to. */
  readonly section?: "/" | "/dead-letters";
  /** What the search box says. */
  readonly query?: string;
  /** Only the live page has any. */
  readonly script?: string;
  readonly body: Part;
}

/** A whole page. */
export function documentOf(options: DocumentOptions): Html {
  const { title, stage, visitor, script, body } = options;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${stage} · Gift service</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css">
${script && html`<link rel="stylesheet" href="/assets/uplot.css"><script type="module" src="/assets/${script}"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
<p class="brand"><a href="/">Gift service</a> <span class="stage">${stage}</span></p>
${visitor && navigation(options, visitor)}
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer><p>Times are UTC. Gift codes and messages are personal and never shown here.</p></footer>
</body>
</html>
`;
}

function navigation({ section, query }: DocumentOptions, visitor: Visitor): Html {
  const link = (path: string, text: string) =>
    html`<li><a href="${path}" ${path === section && html`aria-current="page"`}>${text}</a></li>`;
  return html`<nav aria-label="Pages"><ul>${link("/", "Live")}${link("/dead-letters", "Dead letters")}</ul></nav>
<search><form action="/search" method="get" class="search">
<label for="query" class="hidden">Gift id or request id</label>
<input id="query" name="q" type="search" required maxlength="255" placeholder="Gift id or request id" autocomplete="off" spellcheck="false" value="${query}">
<button type="submit">Find</button>
</form></search>
<p class="operator">${visitor.operator}</p>
${
  visitor.isSignedIn &&
  html`<form action="/sign-out" method="post" class="sign-out"><input type="hidden" name="token" value="${visitor.token}"><button type="submit" class="quiet">Sign out</button></form>`
}`;
}
