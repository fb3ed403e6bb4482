import type { Tracer as DatadogTracer } from "dd-trace";
import { type SpanName, spans } from "./span.ts";
import type { TraceFields, Tracer } from "./trace.ts";

/** dd-trace as the rest of the service sees it. */
export function createTracer(datadog: DatadogTracer): Tracer {
  const active = () => datadog.scope().active();
  return {
    carrier() {
      const span = active();
      if (!span) return undefined;
      const carrier = {};
      datadog.inject(span, "text_map", carrier);
      return JSON.stringify(carrier);
    },
    tag: (tags) => void active()?.addTags(tags),
    logFields() {
      const span = active();
      const fields: TraceFields = {};
      if (span) datadog.inject(span, "log", fields);
      return fields;
    },
    run(name, { resource, tags, parent }, work) {
      const childOf = parent === undefined ? undefined : extract(datadog, parent);
      const options = { resource, type: "worker", tags: { ...spanTags(name), ...tags } };
      return datadog.trace(name, childOf ? { ...options, childOf } : options, work);
    },
  };
}

function spanTags(name: SpanName) {
  return { "span.kind": spans[name].kind, "messaging.system": "aws_sqs" };
}

/** Attributes come from a queue: one that nobody can read begins a trace of its own and breaks nothing. */
function extract(datadog: DatadogTracer, carrier: string) {
  try {
    return datadog.extract("text_map", JSON.parse(carrier)) ?? undefined;
  } catch {
    return undefined;
  }
}
