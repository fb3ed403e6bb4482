import { preload, tracerEnvironment } from "@gift/telemetry/preload";
import type { ProcessSpec } from "../process/process-spec.ts";

/** Where an agent listens; any of them switches tracing on. */
const addresses = ["DD_TRACE_AGENT_URL", "DD_AGENT_HOST", "DD_TRACE_AGENT_PORT"];

/**
 * The same process, sending what it does to the agent that the environment of `bun run local` names. Without one there
 * is no tracer at all.
 * @param service tags its signals, as on AWS: `api` or `worker`
 */
export function traced(spec: ProcessSpec, service: string, env: NodeJS.ProcessEnv = process.env): ProcessSpec {
  if (!addresses.some((name) => env[name])) return spec;
  const own = Object.entries(env).filter(([name]) => name.startsWith("DD_"));
  return {
    ...spec,
    command: [...preload, ...spec.command],
    environment: {
      ...spec.environment,
      ...tracerEnvironment,
      DD_ENV: "local",
      ...Object.fromEntries(own.map(([name, value = ""]) => [name, value])),
      DD_SERVICE: service,
    },
  };
}
