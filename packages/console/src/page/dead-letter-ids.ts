import { deadLetterIdPattern } from "@gift/core/dead-letter/dead-letter";
import { InvalidInputError } from "../page-error.ts";

/** One request changes so many at most: at 50 a second it takes four seconds. */
export const mostDeadLetters = 200;

const identity = new RegExp(deadLetterIdPattern);

/**
 * The dead letters that a form or an address names, each once.
 * @throws InvalidInputError for none, too many, or what isn't an id
 */
export function readDeadLetterIds(fields: URLSearchParams): readonly string[] {
  const ids = Array.from(new Set(fields.getAll("id")));
  const wrong = ids.find((id) => !identity.test(id));
  if (wrong !== undefined) throw new InvalidInputError(`${wrong} is not a dead letter's id.`);
  if (ids.length === 0) throw new InvalidInputError("No dead letter is chosen.");
  if (ids.length > mostDeadLetters)
    throw new InvalidInputError(`More than ${mostDeadLetters} dead letters are chosen.`);
  return ids;
}
