import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/**
 * Checks a value against a schema at the edge of a process, converting strings to the numbers and booleans it asks for
 * and filling in defaults.
 * @param schema what is expected
 * @param value what was given, e.g. `process.env` or a resource binding
 * @param name what the value is, for the error
 * @throws Error naming every field that is wrong and what was expected of it
 */
export function check<Schema extends TSchema>(schema: Schema, value: unknown, name: string): Static<Schema> {
  const candidate = Value.Convert(schema, Value.Default(schema, Value.Clean(schema, Value.Clone(value))));
  if (Value.Check(schema, candidate)) return candidate;
  const problems = Array.from(Value.Errors(schema, candidate), ({ path, message, value: found }) => {
    const given = found === undefined ? "it is missing" : `it is ${JSON.stringify(found)}`;
    return `${path.slice(1).replaceAll("/", ".") || name}: ${message.toLowerCase()}, but ${given}`;
  });
  throw new Error(`${name} is not usable: ${Array.from(new Set(problems)).join("; ")}`);
}
