import { decode } from "@msgpack/msgpack";

/** One span, as the tracer sent it. Ids keep the notation of the log's `dd` fields. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Decimal, like its parent's. */
  readonly spanId: string;
  /** Undefined for the first span of a trace. */
  readonly parentId: string | undefined;
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly type: string;
  readonly isError: boolean;
  /** Since the epoch, with a fraction. */
  readonly startMilliseconds: number;
  readonly durationMilliseconds: number;
  readonly meta: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * The spans of a body of `/v0.4/traces`.
 * @throws Error when it isn't MessagePack of that shape
 */
export function spansOf(body: Uint8Array): Span[] {
  const traces = decode(body, { useBigInt64: true });
  if (!Array.isArray(traces)) throw new Error("not a list of traces");
  return traces.flatMap(spansOfTrace);
}

/** Ids are 64 bits wide on the wire; the upper half of a trace's comes as a tag of the first span of its list. */
function spansOfTrace(trace: unknown): Span[] {
  if (!Array.isArray(trace)) throw new Error("not a list of spans");
  const upperHalf = trace.map((span) => readStrings(read(span).meta)["_dd.p.tid"]).find((half) => half !== undefined);
  return trace.map((span) => toSpan(read(span), upperHalf ?? "0".repeat(16)));
}

function toSpan(wire: Readonly<Record<string, unknown>>, upperHalf: string): Span {
  const parentId = String(wire.parent_id ?? 0);
  return {
    traceId: upperHalf + BigInt(String(wire.trace_id)).toString(16).padStart(16, "0"),
    spanId: String(wire.span_id),
    parentId: parentId === "0" ? undefined : parentId,
    service: String(wire.service),
    name: String(wire.name),
    resource: String(wire.resource),
    type: String(wire.type ?? ""),
    isError: Number(wire.error) !== 0,
    startMilliseconds: Number(wire.start) / 1e6,
    durationMilliseconds: Number(wire.duration) / 1e6,
    meta: readStrings(wire.meta),
    metrics: Object.fromEntries(Object.entries(read(wire.metrics)).map(([name, value]) => [name, Number(value)])),
  };
}

function readStrings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(read(value)).map(([name, text]) => [name, String(text)]));
}

function read(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value));
}
