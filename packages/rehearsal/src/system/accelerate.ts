/**
 * Preloaded into the services of a rehearsal (`node --import …?milliseconds=500`): the tracer sends metrics every 10 s
 * and gauges are read every 10 s; where a minute passes in a second, both must be as much faster, or a window would
 * hold one value. Nothing else in the services has an interval of 10 s. Behavior isn't touched: retries, leases and the
 * circuit keep their own time.
 */
const signalIntervalMilliseconds = 10_000;

const shortened = Number(new URL(import.meta.url).searchParams.get("milliseconds"));

if (shortened > 0)
  globalThis.setInterval = new Proxy(globalThis.setInterval, {
    apply(target, self, [work, milliseconds, ...rest]: [unknown, unknown, ...unknown[]]) {
      const interval = milliseconds === signalIntervalMilliseconds ? shortened : milliseconds;
      return Reflect.apply(target, self, [work, interval, ...rest]);
    },
  });
