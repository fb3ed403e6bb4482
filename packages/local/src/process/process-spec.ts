/** One child process: how to start it, and how long it may take to stop. */
export interface ProcessSpec {
  /** Shown to people and used for the log's file name, e.g. `gift-worker-1`. */
  readonly name: string;
  /** Words after `node`. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutSeconds: number;
  /** What ends it when there is no time to drain. A keeper takes SIGTERM: killed, it would leave its server behind. */
  readonly killSignal: "SIGKILL" | "SIGTERM";
  /** What to do when it can't start, as a sentence. */
  readonly advice: string;
  /** What to do when it says that its files are unusable. */
  readonly adviceWhenUnusable?: string;
}
