/**
 * The preload of a service that is traced: `node --import ./packages/telemetry/src/instrument.ts …`. Without it this
 * package neither loads nor needs the tracer.
 *
 * Left out on purpose is `dd-trace/register.js`, the hook for ES modules: what is traced here (node:http, pg) is reached
 * without it, and a hook costs memory, a thread and the compile cache. Pino is not reached, so the log asks for its ids.
 */
import tracer from "dd-trace";
import { readTracesPerSecond } from "./config.ts";
import { connectMetrics } from "./measure.ts";
import { connectTracer } from "./trace.ts";
import { createTracer } from "./tracer.ts";

tracer.init({
  startupLogs: false,
  // 45 metrics of Node's own that no monitor and no board asks for; the agent reports memory and CPU of the container.
  runtimeMetrics: false,
  // Only what is named below. The AWS plugin would make a trace of every empty poll and write the publisher's context over
  // the one that a message brings from its request; HTTP clients and `net` repeat what our own spans say.
  plugins: false,
  // Decided once, by the API, for the whole of a send's way; discarded traces cost neither us nor the agent.
  rateLimit: -1,
  samplingRules: [
    { name: "web.request", sampleRate: 1, maxPerSecond: readTracesPerSecond(), discard: true },
    // A statement outside of any span is a probe, a sweep or a gauge: once a second, for ever, and of no request.
    { name: "pg.query", sampleRate: 0, discard: true },
  ],
});
// No route of ours takes a query: whatever a client puts there by mistake is not for a span.
tracer.use("http", {
  client: false,
  server: { queryStringObfuscation: true, blocklist: [/^\/(healthz|readyz)(\?|$)/] },
});
tracer.use("pg");

connectMetrics(tracer.dogstatsd);
connectTracer(createTracer(tracer));
