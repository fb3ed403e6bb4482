import type { Static, TSchema } from "@sinclair/typebox";
import { Value, type ValueError } from "@sinclair/typebox/value";

/**
 * Checks a value against a schema at the edge of a process, converting strings to the numbers and booleans it asks for
 * and filling in defaults.
 * @param schema what is expected
 * @param value what was given, e.g. the environment or a resource binding
 * @param name what the value is, for the error
 * @throws Error naming every field that is wrong and what was expected of it
 */
export function check<Schema extends TSchema>(schema: Schema, value: unknown, name: string): Static<Schema> {
  const given = Value.Default(schema, Value.Clean(schema, Value.Clone(value)));
  const candidate = withoutLoss(given, Value.Convert(schema, Value.Clone(given)));
  if (Value.Check(schema, candidate)) return candidate;
  const problems = Array.from(Value.Errors(schema, candidate)).flatMap(innermost);
  // One sentence per field: of a missing one TypeBox says first that it is required, then what it should be.
  const sentences = new Map(problems.map((problem) => [problem.path, sentenceOf(problem, name)]));
  throw new Error(`${name} is not usable: ${Array.from(sentences.values()).join("; ")}`);
}

/** TypeBox converts "1.5" to the integer 1: what isn't the same number stays the text that it was, and is refused. */
function withoutLoss(given: unknown, converted: unknown): unknown {
  if (typeof given === "string")
    return typeof converted === "number" && converted !== Number(given) ? given : converted;
  if (!isRecord(given) || !isRecord(converted)) return converted;
  const entries = Object.entries(converted);
  return Object.fromEntries(entries.map(([name, value]) => [name, withoutLoss(given[name], value)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sentenceOf(problem: ValueError, name: string): string {
  const field = problem.path.slice(1).replaceAll("/", ".") || name;
  return `${field}: ${expectation(problem)}, but ${describe(problem.value)}`;
}

function expectation({ message, errors }: ValueError): string {
  const alternatives = errors.flatMap((alternative) => alternative.First()?.message.toLowerCase() ?? []);
  return alternatives.length > 0 ? Array.from(new Set(alternatives)).join(" or ") : message.toLowerCase();
}

/** Of a union, what is wrong with the alternative that was nearly met: "expected union value" helps nobody. */
function innermost(problem: ValueError): ValueError[] {
  if (typeof problem.value !== "object" || problem.value === null) return [problem];
  const alternatives = problem.errors.map((errors) => Array.from(errors).flatMap(innermost));
  const [nearest = [problem]] = alternatives.filter((errors) => errors.length > 0).sort((a, b) => a.length - b.length);
  return nearest;
}

/** An object is only named: the database's binding carries a password, and this sentence is logged. */
function describe(found: unknown): string {
  if (found === undefined) return "it is missing";
  return typeof found === "object" && found !== null ? "it is an object" : `it is ${JSON.stringify(found)}`;
}
