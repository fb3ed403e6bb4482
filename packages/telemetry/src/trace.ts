import type { SpanName } from "./span.ts";

export type SpanTags = Readonly<Record<string, string | number | boolean>>;

/** What a log line says of the trace that it belongs to, as Datadog reads it. */
export type TraceFields = { readonly dd?: Readonly<Record<string, string>> };

export interface SpanStart {
  readonly resource: string;
  readonly tags: SpanTags;
  /** Text that `carrier` wrote, maybe in another process; without it the span goes under the current one. */
  readonly parent?: string | undefined;
}

/** What `instrument.ts` connects: the little of a tracer that this service asks for. */
export interface Tracer {
  /** Whether one more trace of a request may be begun now. */
  hasBudget(): boolean;
  /** The current span in a text that travels, or undefined outside of a span. */
  carrier(): string | undefined;
  tag(tags: SpanTags): void;
  logFields(): TraceFields;
  run<Result>(name: SpanName, start: SpanStart, work: () => Promise<Result>): Promise<Result>;
}

let connected: Tracer | undefined;

/** Traces everything from now on; undefined forgets the tracer. Without one, nothing here does or costs anything. */
export function connectTracer(tracer: Tracer | undefined): void {
  connected = tracer;
}

/** Tags the current span, if there is one. */
export function tagSpan(tags: SpanTags): void {
  connected?.tag(tags);
}

/** The ids that link a log line to the current span. */
export function traceFields(): TraceFields | undefined {
  return connected?.logFields();
}

/** The SQS attribute that carries a trace: the name that Datadog's own tracers use. */
const attributeName = "_datadog";

/** Sent along by what isn't traced, so that nobody begins a trace further on: Datadog's word for "reject". */
const untraced = '{"x-datadog-sampling-priority":"-1"}';

/** The current span as SQS message attributes, or that there is none; nothing without a tracer. */
export function traceAttributes(): Readonly<Record<string, string>> {
  return connected ? { [attributeName]: connected.carrier() ?? untraced } : {};
}

/** A request that has arrived. */
export interface Arrived {
  readonly method: string;
  /** Without a query: whatever a client puts there by mistake is not for a span. */
  readonly path: string;
}

/**
 * Serves a request in a span, with which a trace begins, while the budget lasts. Of the others nothing is traced, here
 * or anywhere: docs/decisions/0026-traces-are-begun-by-budget.md
 * @param arrived asked only for what is traced
 * @param serve resolves with the answer's status
 */
export function serveInSpan(arrived: () => Arrived, serve: () => Promise<number>): Promise<number> {
  if (!connected?.hasBudget()) return serve();
  const { method, path } = arrived();
  const tags = { "http.method": method, "http.url": path };
  return connected.run("web.request", { resource: method, tags }, async () => {
    const status = await serve();
    tagSpan({ "http.status_code": `${status}`, ...(status >= 500 && { error: true }) });
    return status;
  });
}

/** Names the route that the current request has taken. */
export function tagRoute(method: string, route: string): void {
  tagSpan({ "http.route": route, "resource.name": `${method} ${route}` });
}

/** A committed message on its way to a queue. */
export interface Outgoing {
  /** The fleet's name of the queue. */
  readonly destination: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Publishes a message in a span of the trace that committed it, whoever publishes it and whenever. A message that
 * carries none (an operator's redrive) begins one.
 * @param publish given the attributes to send: the message's own, and the trace's when it had none
 */
export async function sendInSpan(
  { destination, attributes }: Outgoing,
  publish: (attributes: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  if (!connected) return await publish(attributes);
  const start = { resource: `send ${destination}`, tags: { queue: destination }, parent: attributes[attributeName] };
  await connected.run("sqs.send", start, () =>
    publish(Object.hasOwn(attributes, attributeName) ? attributes : { ...attributes, ...traceAttributes() }),
  );
}

/** One delivery of a message. */
export interface Delivery {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly receiveCount: number;
}

/**
 * Handles a delivery in a span that continues the message's trace.
 * @param queue the fleet's name of it
 */
export async function processInSpan<Result>(
  queue: string,
  { id, attributes, receiveCount }: Delivery,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!connected) return await work();
  const tags = { queue, message_id: id, receive_count: receiveCount };
  return await connected.run(
    "sqs.process",
    { resource: `process ${queue}`, tags, parent: attributes[attributeName] },
    work,
  );
}
