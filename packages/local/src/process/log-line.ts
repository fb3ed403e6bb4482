import { type LogLevel, logLevels } from "../command/settings.ts";

/** One line that a child printed, as far as it can be understood. */
export interface LogLine {
  readonly level: LogLevel;
  /** For people: message and error in one line. */
  readonly summary: string;
  /** Name from the table of log events, when the child is one of ours. */
  readonly event?: string;
  /** The process that really does the work, when the child only keeps it. */
  readonly pid?: number;
}

/**
 * Understands a line of a child: our own JSON, Postgres's log, or anything else. What isn't our own is no more than
 * information: a service reports its troubles as JSON, and the end of a child is reported with its last lines.
 * @param line without its line break
 */
export function parseLogLine(line: string): LogLine {
  if (line.startsWith("{")) return parseJson(line);
  const postgres = /^\d{4}-\d\d-\d\d .*?\[\d+\] +([A-Z]+): +(.*)$/.exec(line);
  // What Postgres calls an error is a statement's, and its client reports it; a panic is its own.
  if (postgres) return { level: postgres[1] === "PANIC" ? "error" : "info", summary: postgres[2] ?? line };
  return { level: "info", summary: line };
}

function parseJson(line: string): LogLine {
  let fields: Record<string, unknown>;
  try {
    fields = { ...JSON.parse(line) };
  } catch {
    return { level: "info", summary: line };
  }
  const { status, message, event, pid, error_code, error_message } = fields;
  const detail = [error_code, error_message].filter((part) => typeof part === "string").join(": ");
  return {
    level: logLevels.find((level) => level === status) ?? (status === "fatal" ? "error" : "info"),
    summary: `${typeof message === "string" ? message : line}${detail ? ` (${detail})` : ""}`,
    ...(typeof event === "string" ? { event } : {}),
    ...(typeof pid === "number" ? { pid } : {}),
  };
}
