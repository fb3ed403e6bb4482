import type { Load } from "../load/load.ts";
import type { System } from "../system/system.ts";

/** What a scenario plays on. */
export interface Scene {
  readonly system: System;
  readonly load: Load;
  readonly isShort: boolean;
  /** How many minutes of a monitor's window pass in one. */
  readonly timeScale: number;
  /** In [0, 1), the same sequence for the same seed. */
  random(): number;
  /**
   * The damage begins here, and not with `inject`: detection and repair are timed from now on, and earlier alerts
   * forgotten.
   */
  breaksNow(): void;
  /** Tells people what happens now. */
  say(sentence: string): void;
  /** Tells it, and does it: a step of the runbook. */
  step<Result>(sentence: string, work: () => Promise<Result>): Promise<Result>;
  /** The critical threshold of a monitor. */
  thresholdOf(key: string): number;
  /** Whether a monitor alerts now. */
  isAlerting(key: string): boolean;
  /** Messages in the queue that nobody has received. */
  readWaiting(): Promise<number>;
  /**
   * Waits until a monitor alerts.
   * @throws Error when it doesn't in the time that its window takes, an age to be reached included, and twenty seconds
   *   more
   */
  alerted(key: string): Promise<void>;
  /**
   * Runs an operator's command, as `bun run ops …` does, and tells it.
   * @throws Error with what it printed, when it fails
   */
  operate(...words: readonly string[]): Promise<string>;
  /**
   * Waits until something is so.
   * @throws Error that names it, after four minutes
   */
  until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void>;
}
