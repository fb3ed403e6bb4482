import type { Sample } from "../signal/signals.ts";

/**
 * The time that monitors live in. Their windows are minutes and hours long, and nobody rehearses for hours: every
 * window is `timeScale` times shorter, and what waits grows old as much faster (collect.ts). Counts, shares and
 * latencies are as they are.
 */
export interface Clock {
  readonly timeScale: number;
  /** Milliseconds between two points of a gauge; what arrives within one is one moment. */
  readonly momentMilliseconds: number;
  /**
   * A signal is missed after its window, but never sooner: some gauges come once a second, however fast minutes pass.
   */
  readonly silenceMilliseconds: number;
}

/** A stretch of this machine's time; `from` is not part of it, `to` is. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** A minute of CloudWatch, but never less than two of our own readings. */
const leastMomentMilliseconds = 500;

const leastSilenceMilliseconds = 5_000;

/** @param timeScale how many minutes of a window pass in one */
export function createClock(timeScale: number): Clock {
  return {
    timeScale,
    momentMilliseconds: Math.max(leastMomentMilliseconds, 60_000 / timeScale),
    silenceMilliseconds: leastSilenceMilliseconds,
  };
}

/** The last minutes before a moment, shortened. */
export function lastMinutes(clock: Clock, minutes: number, now: number): Window {
  return { from: now - (minutes * 60_000) / clock.timeScale, to: now };
}

/** The samples of a window. */
export function within(samples: readonly Sample[], { from, to }: Window): readonly Sample[] {
  return samples.filter(({ at }) => at > from && at <= to);
}
