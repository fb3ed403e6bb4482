import type { StoryEvent } from "@gift/core/gift/story";
import { renderFacts } from "./output.ts";

/**
 * What an event of a gift's story tells, on one line. An attempt is told as an operator would ask: which, how it ended
 * and why; the rest of it is in `--json`.
 */
export function storyLine({ event, facts }: StoryEvent): string {
  if (event !== "attempt") return renderFacts(facts);
  const { number, outcome, error_code: code, error_message: message, receive_count: receives } = facts;
  const why = code ? ` ${code}: ${message}` : "";
  return `${number}. ${outcome ?? "running, or its worker died"}${why} (receive ${receives})`;
}
