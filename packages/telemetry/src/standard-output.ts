import { pino } from "pino";

/** Written at once beyond this, so that a burst is bounded in memory. */
const maxBufferedCharacters = 65_536;

/**
 * Creates standard output with one system call per turn of the event loop: a batch of statements answers thirty
 * requests in one turn, and a call per line was a tenth of what a send costs. What a process says last is what is
 * looked for, so nothing waits for longer than the turn: lines outlive `process.exit` and a crash, and SIGKILL takes at
 * most a turn's along.
 */
export function standardOutput(): { write(line: string): void; flushSync(): void } {
  const output = pino.destination({ sync: true });
  let lines = "";
  let isScheduled = false;
  function flushSync(): void {
    isScheduled = false;
    if (lines === "") return;
    const text = lines;
    lines = "";
    output.write(text);
  }
  process.on("exit", flushSync);
  return {
    flushSync,
    write(line) {
      lines += line;
      if (lines.length >= maxBufferedCharacters) return flushSync();
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flushSync);
    },
  };
}
