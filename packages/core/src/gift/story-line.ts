import type { StoryEvent } from "./story.ts";

/**
 * What an event of a gift's story tells, on one line, for the operators' command and page alike. An attempt is told as
 * an operator would ask: which, how it ended and why.
 */
export function storyLine({ event, facts }: StoryEvent): string {
  if (event !== "attempt")
    return Object.entries(facts)
      .map(([name, value]) => `${name}: ${value ?? "–"}`)
      .join(", ");
  const { number, outcome, error_code: code, error_message: message, receive_count: receives } = facts;
  const why = code ? ` ${code}: ${message}` : "";
  return `${number}. ${outcome ?? "running, or its worker died"}${why} (receive ${receives})`;
}
