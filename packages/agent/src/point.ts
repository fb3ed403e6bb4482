const kinds = { c: "count", g: "gauge", d: "distribution", h: "histogram" } as const;

/** One line of DogStatsD: a count's increase over the tracer's flush interval, a gauge, or a distribution's values. */
export interface Point {
  readonly name: string;
  readonly kind: (typeof kinds)[keyof typeof kinds];
  readonly values: readonly number[];
  readonly tags: Readonly<Record<string, string>>;
  readonly receivedAt: Date;
}

/**
 * The points of a body of `/dogstatsd/v2/proxy`, lines of `name:1:2|d|#tag:value`.
 * @throws Error that shows the first line that isn't one
 */
export function pointsOf(body: string, receivedAt: Date): Point[] {
  const lines = body.split("\n").filter((line) => line !== "");
  return lines.map((line) => ({ ...parseLine(line), receivedAt }));
}

function parseLine(line: string): Omit<Point, "receivedAt"> {
  const [measured = "", letter = "", ...sections] = line.split("|");
  const [name = "", ...values] = measured.split(":");
  const kind = Object.entries(kinds).find(([known]) => known === letter)?.[1];
  if (name === "" || kind === undefined || values.length === 0) throw new Error(`not a metric: ${line}`);
  const tags = sections.find((section) => section.startsWith("#"))?.slice(1) ?? "";
  return { name, kind, values: values.map(Number), tags: parseTags(tags) };
}

function parseTags(text: string): Record<string, string> {
  const tags = text.split(",").filter((tag) => tag !== "");
  return Object.fromEntries(tags.map((tag) => [tag.split(":", 1)[0], tag.slice(tag.indexOf(":") + 1)]));
}
