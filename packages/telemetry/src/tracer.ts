import type { Tracer as DatadogTracer } from "dd-trace";
import { type SpanName, spans } from "./span.ts";
import type { TraceFields, Tracer } from "./trace.ts";
import type { TraceBudget } from "./trace-budget.ts";

/**
 * dd-trace as the rest of the service sees it.
 * @param hasBudget whether one more trace of a request may be begun now
 */
export function createTracer(datadog: DatadogTracer, hasBudget: TraceBudget): Tracer {
  const active = () => datadog.scope().active();
  return {
    hasBudget,
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
      const options = { resource, type: spanTypes[spans[name].kind], tags: { ...spanTags(name), ...tags } };
      return datadog.trace(name, childOf ? { ...options, childOf } : options, work);
    },
  };
}

/** What its first process doesn't trace or keep: what we added would be thrown away. Found without parsing it all. */
const rejected = /"x-datadog-sampling-priority":"(0|-\d)"/;

/** Datadog's kinds of work. */
const spanTypes = { server: "web", producer: "worker", consumer: "worker" } as const;

function spanTags(name: SpanName) {
  const { kind } = spans[name];
  return { "span.kind": kind, ...(kind !== "server" && { "messaging.system": "aws_sqs" }) };
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
