import { isMeasuring } from "./measure.ts";

/** The agent's client flushes every 10 s: a monitor sees a value within 20 s, and no sample is overwritten unseen. */
const intervalMilliseconds = 10_000;

/**
 * Reads gauges now, every 10 s and once more at the end, so that the last thing a graph shows of a process is how it
 * left. Keeps no process alive, and reads nothing while nobody listens.
 * @param sample calls `gauge`; when it throws or rejects there is no value, which the graph shows as a gap, and the
 * next reading is the repair. It is never called again before it has ended
 * @param options the interval, for tests
 * @returns stops: resolves after the last reading
 */
export function sampleGauges(
  sample: () => void | Promise<void>,
  options: { readonly intervalMilliseconds?: number } = {},
): () => Promise<void> {
  let reading: Promise<void> | undefined;

  function read(): Promise<void> {
    reading ??= attempt(sample).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  const timer = setInterval(() => void read(), options.intervalMilliseconds ?? intervalMilliseconds).unref();
  void read();
  return async () => {
    clearInterval(timer);
    await reading;
    await read();
  };
}

async function attempt(sample: () => void | Promise<void>): Promise<void> {
  if (!isMeasuring()) return;
  try {
    await sample();
  } catch {
    // What a gauge asks (Postgres) is asked by the real work too, and that says in the log that it got no answer.
  }
}
