import { Presets, SingleBar } from "cli-progress";

export interface Progress {
  increment(): void;
  stop(): void;
}

/**
 * Shows how far a batch is, on standard error: standard output belongs to the result.
 * @param total how many there are; one alone needs no display
 */
export function startProgress(total: number): Progress {
  if (total < 2) return { increment() {}, stop() {} };
  const bar = new SingleBar(
    { format: "{bar} {value}/{total}, {duration_formatted}", stream: process.stderr, noTTYOutput: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return bar;
}
