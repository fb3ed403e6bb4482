import { once } from "node:events";
import { spawnChild } from "@gift/local/process/spawn-child";
import { until } from "@gift/rehearsal/until";
import { onTestFinished } from "vitest";

export interface Command {
  readonly pid: number;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Waits until it has printed something. */
  printed(pattern: RegExp, seconds?: number): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it's gone and its output is read. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Runs `node` with these words for one test, which kills it at its end at the latest. */
export function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Command {
  const child = spawnChild({ command: words, environment: { NO_COLOR: "1", ...environment } });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return {
    pid: child.pid ?? Number.NaN,
    output: () => text,
    kill: (signal) => void child.kill(signal),
    exited,
    async printed(pattern, seconds = 15) {
      const found = () => pattern.exec(text) ?? undefined;
      let isOver = false;
      void exited.then(() => {
        isOver = true;
      });
      const look = () => found() ?? (isOver ? null : undefined);
      const seen = await until(`${pattern}`, look, seconds * 1_000).catch(() => null);
      if (seen === null) throw new Error(`${pattern} wasn't printed, but:\n${text}`);
      return seen;
    },
  };
}
