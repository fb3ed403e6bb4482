import { createWriteStream, renameSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type LogLine, parseLogLine } from "./log-line.ts";

export interface ChildOutput {
  /** Follows one stream of a child until it ends. */
  follow(stream: Readable | null): void;
  /** The last lines, newest last, without the frames of a stack. */
  tail(): readonly string[];
}

const tailLines = 12;
const rotateBytes = 20_000_000;

/**
 * Keeps what a child prints: everything goes to its log file, each line to `onLine`, the last ones stay at hand for a
 * report of its end.
 * @param file a larger one than 20 MB is set aside as `.old` first
 */
export function createChildOutput(file: string, onLine: (line: LogLine) => void): ChildOutput {
  setAside(file);
  const log = createWriteStream(file, { flags: "a" });
  // A full disk must not stop the stack; the lines still reach the terminal.
  log.on("error", () => undefined);
  const last: string[] = [];
  return {
    follow(stream) {
      if (!stream) return;
      createInterface({ input: stream }).on("line", (line) => {
        log.write(`${line}\n`);
        if (!/^\s+at /.test(line) && last.push(line) > tailLines) last.shift();
        onLine(parseLogLine(line));
      });
    },
    tail: () => [...last],
  };
}

function setAside(file: string): void {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > rotateBytes) renameSync(file, `${file}.old`);
}
