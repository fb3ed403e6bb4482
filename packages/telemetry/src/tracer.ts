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
      if (parent !== undefined && rejected.test(parent)) return work();
      const childOf = parent === undefined ? null : datadog.extract("text_map", parse(parent));
      const options = { resource, type: "worker", tags: { ...spanTags(name), ...tags } };
      return datadog.trace(name, childOf ? { ...options, childOf } : options, work);
    },
  };
}

/** A trace that its first process doesn't keep: whatever we added would be thrown away. Found without parsing all of it. */
const rejected = /"x-datadog-sampling-priority":"(0|-\d)"/;

function spanTags(name: SpanName) {
  return { "span.kind": spans[name].kind, "messaging.system": "aws_sqs" };
}

/** Attributes come from a queue: one that nobody can read begins a trace of its own and breaks nothing. */
function parse(carrier: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(carrier);
    return typeof parsed === "object" && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
  } catch {
    return {};
  }
}
