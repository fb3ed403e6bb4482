import type { Scene } from "./scene.ts";

/** One failure, rehearsed: what is broken, who must notice, and what an operator does about it. */
export interface Scenario {
  readonly name: string;
  /** What is broken, in a few words: a cell of the table. */
  readonly injected: string;
  /** What it shows, in a sentence: for the help. */
  readonly shows: string;
  /** Keys of the monitors that must alert. Empty: nobody needs to be told, the system copes alone. */
  readonly expects: readonly string[];
  /** Breaks it. Resolves when it is broken; the runner then waits for the monitors. */
  inject(scene: Scene): Promise<void>;
  /** What the runbook says, carried out. Resolves when an operator would put the keyboard away. */
  repair(scene: Scene): Promise<void>;
  /** Anything beyond the audit that must hold, as sentences of what doesn't; none when all is well. */
  verify?(scene: Scene): Promise<readonly string[]> | readonly string[];
}
