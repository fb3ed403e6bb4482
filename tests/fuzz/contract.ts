import { openApiDocument } from "@gift/api/openapi/document";
import { differencesFrom, type JsonSchema } from "./json-schema.ts";
import type { WireAnswer } from "./wire.ts";

interface Content {
  readonly content: { readonly "application/json": { readonly schema: JsonSchema } };
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly responses: Readonly<Record<string, Content>>;
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

const errorSchema: JsonSchema = { $ref: "#/components/schemas/Error" };

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
  // The document and its page aren't in the document.
  if (answer.status === 200 && isReference(method, target)) return [];
  const operation = operationAt(method, target);
  const schema = operation
    ? (operation.responses[answer.status]?.content["application/json"].schema ?? closedDoor(target, answer))
    : elsewhere.includes(answer.status) && errorSchema;
  if (!schema) return [`${operation?.operationId ?? "no operation"} answered ${answer.status}: ${answer.body}`];
  if (method === "HEAD") return [];
  return [...bodyViolations(schema, answer), ...(innards.test(answer.body) ? [`innards: ${answer.body}`] : [])];
}

/** A health check is open as it is written, and in no other spelling. */
function closedDoor(target: string, { status }: WireAnswer): JsonSchema | undefined {
  return status === 401 && !/^\/(healthz|readyz)(\?|$)/.test(target) ? errorSchema : undefined;
}

function isReference(method: string, target: string): boolean {
  return (method === "GET" || method === "HEAD") && /^\/(openapi\.json|docs(\/[\w.-]+)?)\/?(\?|$)/.test(target);
}

function bodyViolations(schema: JsonSchema, { headers, body }: WireAnswer): string[] {
  if (headers.get("content-type") !== "application/json") return [`content-type: ${headers.get("content-type")}`];
  const value = parse(body);
  if (value === undefined) return [`no JSON: ${body}`];
  return differencesFrom(schema, value, (reference) => document.components.schemas[nameOf(reference)] ?? {});
}

const nameOf = (reference: string) => reference.split("/").at(-1) ?? "";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
