/**
 * The preload of a service that is traced: `node --import ./packages/telemetry/src/instrument.ts …`. Without it this
 * package neither loads nor needs the tracer.
 *
 * Left out on purpose is `dd-trace/register.js`, the hook for ES modules: what the tracer instruments here (pg) is
 * reached without it, and a hook costs memory, a thread and the compile cache. Pino is not reached, so the log asks for
 * its ids.
 */
import tracer from "dd-trace";
import { readTracesPerSecond } from "./config.ts";
import { connectMetrics } from "./measure.ts";
import { connectTracer } from "./trace.ts";
import { createTraceBudget } from "./trace-budget.ts";
import { createTracer } from "./tracer.ts";

tracer.init({
  startupLogs: false,
  // 45 metrics of Node's own that no monitor and no board asks for; the agent reports memory and CPU of the container.
  runtimeMetrics: false,
  // Only what is named below. The AWS plugin would make a trace of every empty poll and write the publisher's context
  // over the one that a message brings from its request; HTTP clients and `net` repeat what our own spans say. The HTTP
  // server's makes a span of every request before it is known whether anybody will keep it: 40 µs each.
  plugins: false,
  // What is traced was decided when the request came, by the budget; all of that is kept.
  rateLimit: -1,
  samplingRules: [
    // A statement outside of any span is a probe, a sweep or a gauge, or of a request that isn't traced.
    { name: "pg.query", sampleRate: 0, discard: true },
  ],
});
tracer.use("pg");

connectMetrics(tracer.dogstatsd);
connectTracer(createTracer(tracer, createTraceBudget(readTracesPerSecond())));
