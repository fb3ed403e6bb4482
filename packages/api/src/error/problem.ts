import type { TObject } from "@sinclair/typebox";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";
import { Value } from "@sinclair/typebox/value";

/**
 * What is wrong with a value, one `field: problem` per offending field. A schema's description says what its value
 * must be, so the reference page and the error use the same words.
 * @param schema an object schema whose properties have descriptions
 */
export function problemsOf(schema: TObject, value: unknown): string[] {
  const problems = new Map<string, string>();
  for (const err of Value.Errors(schema, value)) {
    const field = fieldOf(err.path);
    // The first says it best: a property that is missing is reported again, as having the wrong type.
    if (!problems.has(field)) problems.set(field, `${field}: ${problemOf(err)}`);
  }
  return Array.from(problems.values());
}

function problemOf(err: ValueError): string {
  if (err.type === ValueErrorType.ObjectAdditionalProperties) return "is not a known property";
  const expected = `must be ${err.schema.description}`;
  return err.type === ValueErrorType.ObjectRequiredProperty ? `is missing, it ${expected}` : expected;
}

/** A JSON pointer's segments are escaped; a body's own name is nothing. */
function fieldOf(path: string): string {
  return path === "" ? "body" : path.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
}
