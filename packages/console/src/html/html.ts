/** A piece of HTML that may be put into another as it is. Only `html` makes one. */
class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Html };

/** What may stand in a template: text is escaped, nothing is left out, lists are joined. */
export type Part = Html | string | number | false | null | undefined | readonly Part[];

/**
 * Writes HTML: whatever isn't HTML itself is escaped, so that a client's text stays text between tags and in quoted
 * attributes. A library with the same fifteen lines (@kitajs/html) needs a JSX transform, which type stripping isn't.
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.reduce((text, next, index) => text + render(parts[index - 1]) + next));
}

function render(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === undefined || part === null || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return escapeText(String(part));
  return part.map(render).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
