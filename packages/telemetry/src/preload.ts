/** Words between `node` and a service's entry point that trace it; paths are the repository's and the image's. */
export const preload = ["--import", "./packages/telemetry/src/instrument.ts"] as const;

/**
 * What the tracer takes from the environment alone. Off: reports about the tracer itself, remote configuration (a poll
 * every 5 s) and tags that every span would repeat, none of which anybody looks at.
 */
export const tracerEnvironment = {
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: "false",
  DD_REMOTE_CONFIGURATION_ENABLED: "false",
  DD_TRACE_GIT_METADATA_ENABLED: "false",
  DD_EXPERIMENTAL_PROPAGATE_PROCESS_TAGS_ENABLED: "false",
  // One notation of a trace's ids where the default writes and looks for three.
  DD_TRACE_PROPAGATION_STYLE: "datadog",
} as const;
