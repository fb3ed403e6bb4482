import type { Definition } from "@gift/monitor/definition";
import type { Watch } from "./evaluate/watch.ts";
import type { SignalStore } from "./signal/signals.ts";
import type { System } from "./system/system.ts";

/** Where scenarios are rehearsed, one after another. */
export interface Setting {
  readonly system: System;
  readonly store: SignalStore;
  readonly watch: Watch;
  readonly monitors: readonly Definition[];
  readonly timeScale: number;
  readonly isShort: boolean;
  readonly ratePerSecond: number;
  random(): number;
  say(sentence: string): void;
}
