import { join } from "node:path";
import { type DestinationStream, pino } from "pino";
import { countEvent } from "./count-event.ts";
import { errorFields } from "./error-fields.ts";
import { currentLogContext } from "./log-context.ts";
import { type LogEventName, logEvents } from "./log-event.ts";
import type { LogFields } from "./log-fields.ts";
import { createLogFile, type LogFileState } from "./log-file.ts";
import { redacted, secretFields, withoutSecrets } from "./secret.ts";
import { standardOutput } from "./standard-output.ts";
import { tagSpan, traceFields } from "./trace.ts";

export const logLevels = ["debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

/** Emits one event of the table, whose level and message it takes; some events are counts too (`count-event.ts`). */
export type Log = (event: LogEventName, fields?: LogFields) => void;

export interface LogOptions {
  readonly service: string;
  /** The lowest that is written. */
  readonly level: LogLevel;
  /** Every line goes to `<directory>/<service>.log` too, for an agent that can't read our standard output. */
  readonly directory?: string | undefined;
}

/** 200 MB at most. At 3,000 lines a second a file lasts 40 s, and the agent reads a rotated one for 60 s more. */
const fileLimits = { maxBytes: 50_000_000, kept: 3 };

/**
 * Creates the process's log: one JSON line per event, named as Datadog reads them without a pipeline.
 * @param options who logs, from which level on, and the folder of the file
 * @param destination where to; standard output when absent
 */
export function createLog(options: LogOptions, destination: DestinationStream = standardOutput()): Log {
  if (options.directory === undefined) return createLogTo(options, destination);
  const path = join(options.directory, `${options.service}.log`);
  const file = createLogFile({ path, ...fileLimits, onStateChange: (state) => log(...eventOf(state)) });
  const write = (line: string) => {
    destination.write(line);
    file.write(line);
  };
  const log = createLogTo(options, { write });
  return log;
}

function eventOf({ problem, droppedLines }: LogFileState): [LogEventName, LogFields] {
  if (problem) return ["log.file_failed", errorFields(problem)];
  return ["log.file_restored", { dropped_lines: droppedLines }];
}

function createLogTo(options: LogOptions, destination: DestinationStream): Log {
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: "message",
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (status) => ({ status }) },
      redact: { paths: [...secretFields], censor: redacted },
      mixin: () => ({ ...currentLogContext(), ...traceFields() }),
    },
    destination,
  );
  return (event, fields) => {
    const { level, message } = logEvents[event];
    logger[level]({ event, ...fields, ...cleanError(fields) }, message);
    countEvent(event, fields);
    if (fields?.error_code !== undefined) tagError(level, fields.error_code, cleanError(fields).error_message);
  };
}

/** A span says what its log lines say; an expected refusal, which is logged as info, doesn't make it an error. */
function tagError(level: LogLevel, error_code: string, error_message = ""): void {
  tagSpan({ error_code, error_message });
  if (level !== "info") tagSpan({ error: true, "error.type": error_code, "error.message": error_message });
}

/** Of an error's texts, which libraries write, what may be said. */
function cleanError({ error_message, error_stack }: LogFields = {}): LogFields {
  return {
    ...(error_message !== undefined && { error_message: withoutSecrets(error_message) }),
    ...(typeof error_stack === "string" && { error_stack: withoutSecrets(error_stack) }),
  };
}
