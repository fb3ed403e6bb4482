import { familyMeter, machineMeter, type ProcessorMeter } from "./processor.ts";

/** One load of one side. */
export interface Sample {
  readonly operations: number;
  readonly perSecond: number;
  /** Microseconds per operation, by process. */
  readonly processor: Readonly<Record<string, number | undefined>>;
  /** Cores that processes outside of the bench took meanwhile; NaN where the system doesn't tell. */
  readonly foreignCores: number;
  /** What else was counted, e.g. latencies in milliseconds. */
  readonly figures: Readonly<Record<string, number | undefined>>;
}

export interface Work {
  readonly operations: number;
  /** When the work timed itself, e.g. without its client's start. */
  readonly seconds?: number;
  readonly figures?: Readonly<Record<string, number | undefined>>;
}

const benchMeter = familyMeter(process.pid);

/**
 * Does some work between two readings of the clock and of every meter.
 * @param meters whose CPU is charged, by the name under which it's shown
 */
export async function sampled(
  meters: Readonly<Record<string, ProcessorMeter>>,
  work: () => Promise<Work>,
): Promise<Sample> {
  const read = () => Object.entries(meters).map(([name, meter]) => [name, meter()] as const);
  const [since, processorBefore, outside] = [performance.now(), read(), machineMeter() - benchMeter()];
  const done = await work();
  const elapsed = (performance.now() - since) / 1_000;
  const processor = read().map(([name, after], index) => {
    const before = processorBefore[index]?.[1] ?? Number.NaN;
    return [name, (after - before) / done.operations] as const;
  });
  return {
    operations: done.operations,
    perSecond: done.operations / (done.seconds ?? elapsed),
    processor: Object.fromEntries(processor),
    foreignCores: (machineMeter() - benchMeter() - outside) / (elapsed * 1_000_000),
    figures: done.figures ?? {},
  };
}
