import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { StackError } from "../command/usage-error.ts";
import { type ChildOutput, createChildOutput } from "./child-output.ts";
import { type LogLine, parseLogLine } from "./log-line.ts";
import type { ProcessSpec } from "./process-spec.ts";
import { spawnChild } from "./spawn-child.ts";
import { unusableExitCode } from "./unusable.ts";

export interface SupervisionOptions {
  readonly logFolder: string;
  /** Told of each line a child prints. */
  onLine(name: string, line: LogLine): void;
  /** Told in one sentence when it crashed, came back or had to be killed. */
  onNotice(sentence: string): void;
  /** Told how it ended, each time, a stop included. */
  onEnd?(name: string, end: ProcessEnd): void;
  /** Aborted when there is no time to drain: ends every child at once, and one that is only started now. */
  readonly kill?: AbortSignal;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const startsBeforeGivingUp = 3;
const restartDelay = { firstMilliseconds: 200, mostMilliseconds: 5_000 };
/** Having been ready for this long counts as a good run; one that breaks at its first request doesn't have one. */
const goodRunMilliseconds = 10_000;

/**
 * A Node process that is started again whenever it ends, at once after a good run and ever later while it fails.
 * One that has never been ready is given up after three starts, or at once when it says that its files are unusable.
 */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #options: SupervisionOptions;
  readonly #output: ChildOutput;
  readonly #firstReady = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #gone = Promise.resolve();
  #keptPid: number | undefined;
  #wasEverReady: boolean = false;
  #isReady: boolean = false;
  #startedAt = 0;
  /** Starts in a row that had no good run; the one that is going on counts until it does. */
  #failures = 0;
  #isStopping: boolean = false;
  #restart: NodeJS.Timeout | undefined;

  constructor(spec: ProcessSpec, options: SupervisionOptions) {
    this.spec = spec;
    this.#options = options;
    // Whoever awaits `ready` sees its rejection; when a stop comes first, nobody does, and it's no crash.
    this.#firstReady.promise.catch(() => undefined);
    this.#output = createChildOutput(join(options.logFolder, `${spec.name}.log`), (line) => {
      if (line.event === "service.ready") this.#becameReady(line.pid);
      options.onLine(spec.name, line);
    });
    this.#start();
    if (options.kill?.aborted) void this.kill();
    options.kill?.addEventListener("abort", () => void this.kill(), { once: true });
  }

  /** Resolves when it's ready for the first time; rejects with a StackError when it can't start, or when stopped. */
  get ready(): Promise<void> {
    return this.#firstReady.promise;
  }

  /** The process to look at, e.g. with `ps`; undefined between a crash and the restart. */
  get pid(): number | undefined {
    return this.#keptPid ?? this.#child?.pid;
  }

  /** SIGTERM, then SIGKILL after the stop timeout. Resolves when it's gone. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** Ends it without waiting for anything in hand. Resolves when it's gone. */
  kill(): Promise<void> {
    return this.#end(this.spec.killSignal);
  }

  #start(): void {
    const child = spawnChild(this.spec);
    this.#child = child;
    this.#keptPid = undefined;
    this.#isReady = false;
    this.#startedAt = performance.now();
    this.#failures += 1;
    this.#output.follow(child.stdout);
    this.#output.follow(child.stderr);
    // "close" and not "exit": its last lines have been read by then.
    this.#gone = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#options.onEnd?.(this.spec.name, { code, signal });
        this.#ended(signal ? `was killed by ${signal}` : `ended with exit code ${code}`, code);
        resolve();
      });
    });
  }

  #becameReady(pid: number | undefined): void {
    this.#keptPid = pid;
    this.#isReady = true;
    if (this.#wasEverReady) this.#options.onNotice(`${this.spec.name} is back (pid ${this.pid}).`);
    this.#wasEverReady = true;
    this.#firstReady.resolve();
  }

  #ended(how: string, code: number | null): void {
    this.#child = undefined;
    this.#keptPid = undefined;
    if (this.#isStopping) return;
    const isHopeless = this.#failures >= startsBeforeGivingUp || code === unusableExitCode;
    if (!this.#wasEverReady && isHopeless) {
      this.#firstReady.reject(this.#reasonToGiveUp(how, code));
      return;
    }
    if (this.#isReady && performance.now() - this.#startedAt > goodRunMilliseconds) this.#failures = 1;
    const { firstMilliseconds, mostMilliseconds } = restartDelay;
    const delay = Math.min(firstMilliseconds * 2 ** (this.#failures - 1), mostMilliseconds);
    const why = code === null ? undefined : this.#output.tail().findLast((line) => /error|ended by/i.test(line));
    const reason = why === undefined ? "" : ` ${parseLogLine(why).summary.trim()}`;
    this.#options.onNotice(`${this.spec.name} ${how}; it starts again in ${delay / 1_000} s.${reason}`);
    this.#restart = setTimeout(() => this.#start(), delay);
  }

  #reasonToGiveUp(how: string, code: number | null): StackError {
    const { name, adviceWhenUnusable } = this.spec;
    const advice = (code === unusableExitCode ? adviceWhenUnusable : undefined) ?? this.spec.advice;
    const times = this.#failures > 1 ? ` ${this.#failures} times in a row,` : "";
    const lines = this.#output.tail().map((line) => `  ${line}\n`);
    const said = lines.length > 0 ? `Its last lines:\n${lines.join("")}` : "It printed nothing. ";
    return new StackError(`${name} ${how},${times} before it was ready. ${said}${advice}`);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    this.#firstReady.reject(new StackError(`${this.spec.name} was stopped before it was ready.`));
    this.#child?.kill(signal);
    const killer = setTimeout(() => {
      this.#options.onNotice(`${this.spec.name} didn't stop within ${this.spec.stopTimeoutSeconds} s and is killed.`);
      this.#child?.kill("SIGKILL");
    }, this.spec.stopTimeoutSeconds * 1_000);
    await this.#gone;
    clearTimeout(killer);
  }
}
