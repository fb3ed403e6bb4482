import { setTimeout as pause } from "node:timers/promises";
import type { Side } from "../measure/alternate.ts";
import { type ProcessorMeter, processMeter } from "../measure/processor.ts";
import { sampled } from "../measure/sample.ts";
import type { Child } from "./child.ts";
import { Numbers } from "./numbers.ts";
import type { BenchQueues } from "./queue.ts";
import type { Rig } from "./rig.ts";

export interface DrainOptions {
  readonly name: string;
  /** Processes that understand `start`, `counts` and `stop`, all on one queue. */
  readonly consumers: readonly Child[];
  readonly queues: BenchQueues;
  /** Messages per second that it certainly doesn't reach before anything is known of it. */
  readonly guessPerSecond: number;
  bodies(number: number): string;
  /** Before messages about these gifts are sent. */
  layOut?(range: { first: number; count: number }): Promise<void>;
  readonly meters?: Readonly<Record<string, ProcessorMeter>>;
}

/** Handled while a busy machine lets the command to stop wait. */
const spare = 6_000;

/**
 * Consumers on a queue that never runs dry: started, left to find their pace, counted over a window, stopped. Counting
 * what is handled, not how long a backlog lasts, leaves out the slow last messages, which a queue in production doesn't
 * have.
 */
export function drainSide(rig: Rig, options: DrainOptions): Side {
  const { consumers, queues } = options;
  const numbers = new Numbers(1);
  let filled = 0;
  let pace = options.guessPerSecond;
  const counts = () => totalOf(consumers);
  const meters = { worker: sumOf(consumers.map(({ pid }) => processMeter(pid))), ...options.meters };
  return {
    name: options.name,
    async prepare(seconds) {
      const wanted = Math.ceil(pace * (seconds + rig.sizes.rampUpSeconds) * 1.2 + spare);
      const range = numbers.take(Math.max(0, wanted - (filled - (await counts()).handled)));
      await options.layOut?.(range);
      await queues.fill(options.bodies, range);
      filled += range.count;
    },
    async load(seconds) {
      await askAll(consumers, "start");
      await pause(rig.sizes.rampUpSeconds * 1_000);
      const before = await counts();
      const sample = await sampled(meters, async () => {
        await pause(seconds * 1_000);
        const after = await counts();
        const operations = after.handled - before.handled;
        return { operations, figures: { calls: (after.calls - before.calls) / operations } };
      });
      if ((await counts()).handled >= filled)
        throw new Error(`${options.name} emptied its queue before the time was up`);
      await askAll(consumers, "stop");
      // What is left over is there for the next load, so too many cost nothing more than once.
      pace = Math.max(pace, sample.perSecond * 1.6);
      return sample;
    },
  };
}

async function totalOf(consumers: readonly Child[]): Promise<{ handled: number; calls: number }> {
  const all = await Promise.all(consumers.map((each) => each.ask("counts")));
  const sum = (name: string) => all.reduce((total, each) => total + (each[name] ?? 0), 0);
  return { handled: sum("handled"), calls: sum("calls") };
}

async function askAll(consumers: readonly Child[], command: string): Promise<void> {
  await Promise.all(consumers.map((each) => each.ask(command)));
}

function sumOf(meters: readonly ProcessorMeter[]): ProcessorMeter {
  return () => meters.reduce((sum, meter) => sum + meter(), 0);
}
