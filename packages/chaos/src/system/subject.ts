import type { LogLine } from "@gift/local/process/log-line";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import { type ProcessEnd, SupervisedProcess, type SupervisionOptions } from "@gift/local/process/supervised-process";
import { until } from "@gift/rehearsal/until";
import { patienceMilliseconds } from "../patience.ts";
import { judgeEnd, serverSignals } from "./judge-end.ts";

/** A process that faults are done to: started again whenever it ends, and every end of it is judged. */
export class Subject {
  readonly name: string;
  readonly #process: SupervisedProcess;
  /** Signals that this run of it was sent. */
  #asked = new Set<NodeJS.Signals>();
  #isReady: boolean = false;
  #lastWords = "";
  #failedStarts = 0;
  readonly #crashes: string[] = [];

  constructor(spec: ProcessSpec, options: Pick<SupervisionOptions, "logFolder" | "kill">) {
    this.name = spec.name;
    this.#process = new SupervisedProcess(spec, {
      ...options,
      onLine: (_, line) => this.#heard(line),
      onNotice: () => undefined,
      onEnd: (_, end) => this.#ended(end),
    });
  }

  get ready(): Promise<void> {
    return this.#process.ready;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  /** Starts that failed, e.g. because Postgres was away; the next one is tried by itself. */
  get failedStarts(): number {
    return this.#failedStarts;
  }

  /** Ends that nobody asked for, in sentences. */
  get crashes(): readonly string[] {
    return this.#crashes;
  }

  /**
   * Sends a signal, to the next run if there is none right now; Postgres's own only to one that is ready, because its
   * keeper stands in for it before.
   * @returns the pid that got it
   */
  async signal(signal: NodeJS.Signals): Promise<number> {
    const isThere = () => this.#process.pid !== undefined && (this.#isReady || !serverSignals.includes(signal));
    await until(`${this.name} to run`, isThere, patienceMilliseconds);
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.name} ended the moment it was found`);
    this.#asked.add(signal);
    process.kill(pid, signal);
    return pid;
  }

  /** Resolves when another run than this one is ready. */
  async runsAgainAfter(pid: number): Promise<void> {
    const runsAgain = () => this.#isReady && this.#process.pid !== pid;
    await until(`${this.name} to run again`, runsAgain, patienceMilliseconds);
  }

  /** Stops it from running any further, with all that it holds. Returns how it goes on. */
  async freeze(): Promise<() => void> {
    const pid = await this.signal("SIGSTOP");
    return () => {
      if (this.#process.pid === pid) process.kill(pid, "SIGCONT");
    };
  }

  stop(): Promise<void> {
    this.#asked.add("SIGTERM");
    return this.#process.stop();
  }

  #heard({ event, summary, level }: LogLine): void {
    if (event === "service.ready") this.#isReady = true;
    if (event === "service.failed" || level === "error") this.#lastWords = summary;
  }

  #ended(end: ProcessEnd): void {
    const judged = judgeEnd(end, { asked: this.#asked, wasReady: this.#isReady });
    if (judged === "failed start") this.#failedStarts += 1;
    if (judged === "crash") this.#crashes.push(sentence(this.name, end, this.#lastWords));
    this.#asked = new Set();
    this.#isReady = false;
  }
}

function sentence(name: string, { code, signal }: ProcessEnd, lastWords: string): string {
  return `${name} ended by itself with ${signal ?? `exit code ${code}`}${lastWords && `: ${lastWords}`}`;
}
