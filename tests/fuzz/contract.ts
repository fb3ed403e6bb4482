import { errorStatus } from "@gift/api/error/error-code";
import { openApiDocument } from "@gift/api/openapi/document";
import { differencesFrom, type JsonSchema } from "./json-schema.ts";
import type { WireAnswer } from "./wire.ts";

interface Header {
  /** Whether each such answer has it. */
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

interface Described {
  readonly content: { readonly "application/json": { readonly schema: JsonSchema } };
  readonly headers?: Readonly<Record<string, Header>>;
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly responses: Readonly<Record<string, Described>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, "method" | "path">>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** As clients get it: JSON, without what TypeBox knows besides. */
const document: Document = JSON.parse(JSON.stringify(openApiDocument));

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
);

/** What may be answered where no operation is asked for. */
const elsewhere: readonly number[] = [400, 401, 404, 413, 429, 503];

const responses = operations.flatMap((operation) => Object.entries(operation.responses));

/** An error is the same wherever it happens: as the first operation has it, one that a key is asked for. */
const errors = new Map(
  responses.filter(([, { content }]) => content["application/json"].schema.$ref?.endsWith("/Error")).reverse(),
);

/** Whatever the document tells of, by an answer's status; headers that it doesn't name are the transport's. */
const toldHeaders = new Set(responses.flatMap(([, { headers = {} }]) => Object.keys(headers)));

/**
 * What serves the document and its page; docs/api.md tells of them. In the document itself, generators would make
 * methods of them.
 */
const reference = /^\/(?:openapi\.json|docs(?:\/[\w.-]+)?)\/?(?:\?|$)/;

const referenceTypes = /^(application\/json|image\/png|text\/(css|html|javascript); charset=utf-8)$/;

/** Nothing of this is in any answer: a stack, a file, a statement, a driver's or the runtime's own words. */
const innards =
  /\n\s+at |node:|node_modules|\/packages\/|\.ts\b|\b(select|insert|update|delete) .*\b(from|into|set)\b|relation "|syntax error|violates|kysely|postgres|ECONN|TypeError|undefined|\[object /i;

/** The operation that a request line is about; HEAD is GET without the body (RFC 9110, section 9.3.2). */
export function operationAt(method: string, target: string): Operation | undefined {
  const [path = ""] = target
    .trim()
    .replace(/^https?:\/\/[^/?]*/i, "")
    .split("?", 1);
  const documented = method === "HEAD" ? "GET" : method;
  return operations.find((each) => each.method === documented && matcherOf(each.path).test(path));
}

function matcherOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`);
}

/**
 * What is wrong with an answer, measured by the document.
 * @param method of the request, and its target as sent
 * @returns one line per violation
 */
export function violationsOf(method: string, target: string, answer: WireAnswer): string[] {
  if (answer.status === 200 && isReference(method, target)) return typeViolations(referenceTypes, answer);
  const operation = operationAt(method, target);
  const described = operation
    ? describedAt(target, operation, answer.status)
    : elsewhere.includes(answer.status) && errors.get(`${answer.status}`);
  if (!described) return [`${operation?.operationId ?? "no operation"} answered ${answer.status}: ${answer.body}`];
  const { schema } = described.content["application/json"];
  const violations = [
    ...headerViolations(described.headers ?? {}, answer),
    ...typeViolations(/^application\/json$/, answer),
  ];
  // HEAD is GET without the body: docs/api.md.
  if (method === "HEAD") return violations;
  return [...violations, ...bodyViolations(schema, answer), ...codeViolations(answer), ...innardsOf(answer)];
}

/** Headers that are missing, that aren't as described, and that aren't described. */
function headerViolations(described: Readonly<Record<string, Header>>, { headers, status }: WireAnswer): string[] {
  return Array.from(toldHeaders).flatMap((name) => {
    const [header, text] = [described[name], headers.get(name.toLowerCase())];
    if (text === undefined) return header?.required ? [`${status} without ${name}`] : [];
    if (!header) return [`${status} with ${name}: ${text}, which it isn't described to have`];
    const value = header.schema.type === "integer" ? Number(text) : text;
    return differencesFrom(header.schema, value, schemaOf).map((difference) => `${name}: ${text}${difference}`);
  });
}

function typeViolations(expected: RegExp, { headers }: WireAnswer): string[] {
  const type = headers.get("content-type") ?? "none";
  return expected.test(type) ? [] : [`content-type: ${type}`];
}

/** A code has one status. */
function codeViolations({ status, body }: WireAnswer): string[] {
  const statuses: Readonly<Record<string, number>> = errorStatus;
  const [, code] = /^\{"error":\{"code":"(\w+)"/.exec(body) ?? [];
  return code === undefined || statuses[code] === status ? [] : [`${status} with the code ${code}`];
}

function innardsOf({ body }: WireAnswer): string[] {
  return innards.test(body) ? [`innards: ${body}`] : [];
}

/**
 * A health check is open as it is written. In another spelling it asks for a key, and its answer tells of the key's
 * limit.
 */
function describedAt(
  target: string,
  { operationId, responses: own }: Operation,
  status: number,
): Described | undefined {
  const described = own[status];
  if (!["healthz", "readyz"].includes(operationId) || /^\/(healthz|readyz)(\?|$)/.test(target)) return described;
  if (!described) return status === 401 ? errors.get("401") : undefined;
  return { ...described, headers: { ...errors.get("400")?.headers, ...described.headers } };
}

function isReference(method: string, target: string): boolean {
  return (method === "GET" || method === "HEAD") && reference.test(target);
}

function bodyViolations(schema: JsonSchema, { body }: WireAnswer): string[] {
  const value = parse(body);
  if (value === undefined) return [`no JSON: ${body}`];
  return differencesFrom(schema, value, schemaOf);
}

function schemaOf($ref: string): JsonSchema {
  return document.components.schemas[$ref.split("/").at(-1) ?? ""] ?? {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
