/**
 * Most requests a second that one process begins a trace for; 10 is what the Datadog agent aims at by itself. Metrics
 * and log lines don't depend on it.
 * @throws Error in one sentence when `TRACES_PER_SECOND` is no such number
 */
export function readTracesPerSecond(env: NodeJS.ProcessEnv = process.env): number {
  const text = env.TRACES_PER_SECOND ?? "10";
  const tracesPerSecond = Number(text);
  if (text !== "" && tracesPerSecond > 0 && Number.isFinite(tracesPerSecond)) return tracesPerSecond;
  throw new Error(`TRACES_PER_SECOND must be a number above 0, but it is ${JSON.stringify(text)}`);
}
