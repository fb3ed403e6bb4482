import type { LogEventName } from "@gift/telemetry/log-event";
import { createLog, type Log } from "@gift/telemetry/logger";

export type LogLine = Readonly<Record<string, unknown>>;

export interface CapturedLog {
  readonly log: Log;
  /** The lines of one event, as a log reader would see them. */
  of(event: LogEventName): LogLine[];
  events(): unknown[];
  /** Every line so far. */
  all(): readonly LogLine[];
}

/** The real log, written into memory. */
export function captureLog(): CapturedLog {
  const lines: LogLine[] = [];
  const log = createLog({ service: "test", level: "debug" }, { write: (text) => void lines.push(JSON.parse(text)) });
  return {
    log,
    of: (event) => lines.filter((line) => line.event === event),
    all: () => lines,
    events: () => lines.map((line) => line.event),
  };
}
