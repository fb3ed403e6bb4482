import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { count } from "./measure.ts";

/** Lines are being dropped for a reason, or were and no longer are. */
export interface LogFileState {
  readonly problem?: Error;
  readonly droppedLines: number;
}

export interface LogFileOptions {
  /** Its predecessors are `path.1`, the newest, to `path.<kept>`: no name that the agent's `*.log` would read again. */
  readonly path: string;
  /** A file that has reached it is followed by a new one. */
  readonly maxBytes: number;
  readonly kept: number;
  /** Told once when lines begin to be dropped, and once when they are kept again. */
  onStateChange(state: LogFileState): void;
}

export interface LogFile {
  /** Takes a line with its newline; never throws and never waits for a disk that works. */
  write(line: string): void;
  /** Writes what is buffered. */
  flush(): void;
  close(): void;
}

/** How long a line waits for company: one write call per 100 ms costs nothing beside the lines themselves. */
const lingerMilliseconds = 100;

/** Written at once beyond this, so that a burst is bounded in memory. */
const maxBufferedCharacters = 65_536;

/**
 * Creates a file that rotates by size. Written from this thread and not, as pino-roll would, from a worker of its own:
 * a worker that dies takes its lines along unnoticed, and here the last lines are written while the process exits, also
 * by `process.exit`. A disk that is full or read-only costs lines (standard output has them too), never the service.
 */
export function createLogFile(options: LogFileOptions): LogFile {
  const file = new RotatedFile(options);
  const flush = () => file.flush();
  process.on("exit", flush);
  return {
    write: (line) => file.write(line),
    flush,
    close() {
      process.off("exit", flush);
      file.close();
    },
  };
}

class RotatedFile {
  readonly #options: LogFileOptions;
  #lines: string[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  #descriptor: number | undefined;
  #bytes = 0;
  #droppedLines = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= maxBufferedCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), lingerMilliseconds).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#characters = 0;
    try {
      this.#append(Buffer.from(lines.join("")));
      this.#recover();
    } catch (err) {
      this.#drop(lines.length, err);
    }
  }

  close(): void {
    this.flush();
    this.#release();
  }

  #append(bytes: Buffer): void {
    this.#open();
    if (this.#bytes >= this.#options.maxBytes) this.#rotate();
    const descriptor = this.#open();
    for (let written = 0; written < bytes.length; ) {
      const more = writeSync(descriptor, bytes, written);
      written += more;
      this.#bytes += more;
    }
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    const descriptor = openSync(this.#options.path, "a", 0o644);
    this.#descriptor = descriptor;
    this.#bytes = fstatSync(descriptor).size;
    // What a full disk cut off must not run into the next line.
    if (this.#droppedLines > 0 && this.#bytes > 0) this.#bytes += writeSync(descriptor, "\n");
    return descriptor;
  }

  #rotate(): void {
    this.#release();
    this.#bytes = 0;
    const { path, kept } = this.#options;
    for (let age = kept; age > 0; age -= 1) rename(age === 1 ? path : `${path}.${age - 1}`, `${path}.${age}`);
  }

  /** Opened afresh by the next flush, which is the retry. */
  #drop(lines: number, err: unknown): void {
    this.#release();
    const isNews = this.#droppedLines === 0;
    this.#droppedLines += lines;
    // Each time and not only the news: the agent that would read of it in the log reads no log.
    count("gift.log.dropped", lines);
    const problem = err instanceof Error ? err : new Error(String(err));
    if (isNews) this.#options.onStateChange({ problem, droppedLines: this.#droppedLines });
  }

  #recover(): void {
    const droppedLines = this.#droppedLines;
    this.#droppedLines = 0;
    if (droppedLines > 0) this.#options.onStateChange({ droppedLines });
  }

  #release(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Replaces what is there; a predecessor that doesn't exist yet is none. */
function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (err) {
    if (!(err instanceof Error && "code" in err && err.code === "ENOENT")) throw err;
  }
}
