import { styleText } from "node:util";
import type { LogLine } from "../process/log-line.ts";
import { type LogLevel, logLevels } from "./settings.ts";

export interface Terminal {
  /** Something the supervisor itself has to say. */
  say(text: string): void;
  /** A child's line: shown when it's at least of the chosen level. */
  show(name: string, line: LogLine): void;
}

/** Of lines that differ only in their numbers and ids, this many are shown per window. */
const window = { lines: 3, milliseconds: 5_000 };
const colors = { debug: "gray", info: "gray", warn: "yellow", error: "red" } as const;

/** Prints to standard output. A load test's thousand retries are one warning, so repeats are counted instead. */
export function createTerminal(level: LogLevel): Terminal {
  const seen = new Map<string, number>();
  const least = logLevels.indexOf(level);
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const isRepeat = (name: string, line: LogLine): boolean => {
    const key = `${name} ${line.event ?? line.summary.replaceAll(/[0-9a-f-]{8,}|\d+/g, "#")}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count === 1) setTimeout(() => closeWindow(key, name, line), window.milliseconds).unref();
    return count > window.lines;
  };
  const closeWindow = (key: string, name: string, line: LogLine) => {
    const more = (seen.get(key) ?? 0) - window.lines;
    seen.delete(key);
    if (more > 0) say(styleText("gray", `  ${name}: ${more} more like "${line.summary}"`));
  };
  return {
    say,
    show(name, line) {
      if (logLevels.indexOf(line.level) < least) return;
      // At debug everything is wanted, repeats too.
      if (level !== "debug" && isRepeat(name, line)) return;
      say(`  ${name}: ${styleText(colors[line.level], line.level)} ${line.summary}`);
    },
  };
}
