import { type DestinationStream, pino } from "pino";
import { countEvent } from "./count-event.ts";
import { currentLogContext } from "./log-context.ts";
import { type LogEventName, logEvents } from "./log-event.ts";
import { tagSpan, traceFields } from "./trace.ts";

export const logLevels = ["debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

/** The fields of spec section 8, plus whatever an event knows. Never secrets, stacks of others or personal data. */
export interface LogFields {
  readonly gift_id?: string;
  readonly request_id?: string;
  readonly error_code?: string;
  readonly error_message?: string;
  readonly [field: string]: string | number | boolean | null | undefined;
}

/** Emits one event of the table, whose level and message it takes; some events are counts too (`count-event.ts`). */
export type Log = (event: LogEventName, fields?: LogFields) => void;

/**
 * Creates the process's log: one JSON line per event, named as Datadog reads them without a pipeline.
 * @param options service name, and the lowest level that is written
 * @param destination where to; standard output when absent
 */
export function createLog(options: { service: string; level: LogLevel }, destination?: DestinationStream): Log {
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: "message",
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (status) => ({ status }) },
      mixin: () => ({ ...currentLogContext(), ...traceFields() }),
    },
    destination ?? pino.destination({ sync: true }),
  );
  return (event, fields) => {
    const { level, message } = logEvents[event];
    logger[level]({ event, ...fields }, message);
    countEvent(event, fields);
    if (fields?.error_code !== undefined) tagError(level, fields.error_code, fields.error_message);
  };
}

/** A span says what its log lines say; an expected refusal, which is logged as info, doesn't make it an error. */
function tagError(level: LogLevel, error_code: string, error_message = ""): void {
  tagSpan({ error_code, error_message });
  if (level !== "info") tagSpan({ error: true, "error.type": error_code, "error.message": error_message });
}
