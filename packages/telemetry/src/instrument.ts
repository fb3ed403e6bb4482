/**
 * The preload of a service that is traced: `node --import ./packages/telemetry/src/instrument.ts …`. Without it this
 * package neither loads nor needs the tracer.
 *
 * Left out on purpose is `dd-trace/register.js`, the hook for ES modules: what is traced here (node:http, pg) is reached
 * without it, and a hook costs memory, a thread and the compile cache. Pino is not reached, so the log asks for its ids.
 */
import tracer from "dd-trace";
import { connectMetrics } from "./measure.ts";
import { connectTracer } from "./trace.ts";
import { createTracer } from "./tracer.ts";

tracer.init({
  startupLogs: false,
  runtimeMetrics: true,
  // Only what is named below. The AWS plugin would make a trace of every empty poll and write the publisher's context over
  // the one that a message brings from its request; HTTP clients and `net` repeat what our own spans say.
  plugins: false,
  // A statement outside of any span is a probe, a sweep or a gauge: once a second, for ever, and of no request.
  samplingRules: [{ name: "pg.query", sampleRate: 0, discard: true }],
});
tracer.use("http", { client: false, server: { blocklist: [/^\/(healthz|readyz)(\?|$)/] } });
tracer.use("pg");

connectMetrics(tracer.dogstatsd);
connectTracer(createTracer(tracer));
