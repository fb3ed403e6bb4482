/** A JSON Schema as the served document has it: plain JSON, whatever made it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly description?: string;
}

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
};

/**
 * Where an answer isn't as its schema says: stricter than JSON Schema, which lets properties pass that nobody has
 * named.
 * @param resolve finds what a `$ref` refers to
 * @returns one line per difference; empty when it is as described
 */
export function differencesFrom(
  schema: JsonSchema,
  value: unknown,
  resolve: (reference: string) => JsonSchema,
  path = "",
): string[] {
  const check = (next: JsonSchema, part: unknown, at: string) => differencesFrom(next, part, resolve, at);
  if (schema.$ref !== undefined) return check(resolve(schema.$ref), value, path);
  if (schema.anyOf)
    return schema.anyOf.some((each) => check(each, value, path).length === 0) ? [] : [`${path} is none of anyOf`];
  if (!isOfType(schema.type, value)) return [`${path} is no ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path} is not in the enum`];
  if ("const" in schema && schema.const !== value) return [`${path} is not ${String(schema.const)}`];
  if (typeof value === "string") return isText(schema, value) ? [] : [`${path} is not as its pattern`];
  if (Array.isArray(value)) return value.flatMap((item) => check(schema.items ?? {}, item, `${path}/[]`));
  return typeof value === "object" && value !== null ? fieldDifferences(schema, value, path, check) : [];
}

function fieldDifferences(
  schema: JsonSchema,
  value: object,
  path: string,
  check: (schema: JsonSchema, value: unknown, path: string) => string[],
): string[] {
  const [anyField] = Object.values(schema.patternProperties ?? {});
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name));
  return [
    ...missing.map((name) => `${path}/${name} is missing`),
    ...Object.entries(value).flatMap(([name, part]) => {
      const field = schema.properties?.[name] ?? anyField;
      return field ? check(field, part, `${path}/${name}`) : [`${path}/${name} is not described`];
    }),
  ];
}

function isText({ pattern, format }: JsonSchema, text: string): boolean {
  return (!pattern || new RegExp(pattern).test(text)) && (formats[format ?? ""]?.test(text) ?? true);
}

function isOfType(type: string | undefined, value: unknown): boolean {
  if (type === undefined) return true;
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  return typeof value === type && value !== null && !Array.isArray(value);
}
