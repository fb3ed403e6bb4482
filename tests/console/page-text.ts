/** What a person would read of a page: no tags, entities resolved, runs of space as one. */
export function textOf(page: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&amp;": "&",
  };
  return page
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/&[a-z0-9#]+;/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, " ");
}

/**
 * A figure of the live page, with its unit and what stands below it.
 * @param name as it stands above the figure
 * @param index which, where two have the same name
 */
export function cellOf(page: string, name: string, index = 0): string {
  const cells = page.split('<div class="cell"').filter((cell) => textOf(`<${cell}`).trim().startsWith(`${name} `));
  const [, ...rest] = (cells[index] ?? "").split("</dt>");
  const [figure = ""] = rest.join("").split("</div>");
  return textOf(figure).trim();
}
