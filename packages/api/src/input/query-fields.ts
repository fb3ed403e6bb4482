import type { Static, TObject } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { problemsOf } from "../error/problem.ts";
import { InvalidRequestError } from "../error/request-error.ts";
import { type StandardSchema, standardSchema } from "./standard-schema.ts";

/**
 * A route's query, whose values are text.
 * @param schema what it must be; the check throws InvalidRequestError naming every offending field
 */
export function queryFields<Schema extends TObject>(schema: Schema): StandardSchema<Static<Schema>> {
  const checker = TypeCompiler.Compile(schema);
  return standardSchema((query) => {
    if (!checker.Check(query)) throw new InvalidRequestError(problemsOf(schema, query));
    return query;
  });
}
