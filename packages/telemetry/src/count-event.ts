import type { LogEventName } from "./log-event.ts";
import { count, measure } from "./measure.ts";
import { isInTime } from "./objective.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Log events that are metrics too. Whoever logs one has counted it, whatever the log's level: a line and its count
 * can't drift apart, and a search for the lines behind a count finds all of them. Tags come from the line's own fields.
 */
const counters: Partial<Record<LogEventName, (fields: Fields) => void>> = {
  "gift.created": () => count("gift.created", 1),
  "send.accepted": () => count("gift.send.accepted", 1),
  "send.replayed": () => count("gift.send.replayed", 1),
  "send.conflicted": () => count("gift.send.conflicted", 1),
  "send.sent": ({ latency_milliseconds: latency }) => countSent(Number(latency) / 1_000),
  "send.retried": ({ error_code: code }) => count("gift.send.retried", 1, { error_code: codeOf(code) }),
  "send.failed": ({ error_code: code }) => count("gift.send.failed", 1, { error_code: codeOf(code) }),
  "send.duplicate": () => count("gift.send.duplicate", 1),
  "send.stale": () => count("gift.send.stale", 1),
  "dead_letter.recorded": ({ queue }) => count("gift.dead_letter.recorded", 1, { queue: String(queue ?? "unknown") }),
};

/**
 * Counts what is being logged, if its event is a metric.
 * @param event what happened
 * @param fields of the line
 */
export function countEvent(event: LogEventName, fields: Fields = {}): void {
  counters[event]?.(fields);
}

function countSent(latencySeconds: number): void {
  count("gift.send.sent", 1, { is_in_time: `${isInTime(latencySeconds)}` });
  if (Number.isFinite(latencySeconds)) measure("gift.send.latency", latencySeconds);
}

/** A dead letter's code is read back from a gift's `last_error`, which is text: what isn't a code must not be a tag. */
function codeOf(code: unknown): string {
  return typeof code === "string" && /^[A-Z][A-Z_]{0,39}$/.test(code) ? code : "UNKNOWN";
}
