import { InvalidInputError } from "../page-error.ts";

/** One request changes so many at most: at the pace below it takes four seconds. */
export const mostLetters = 200;

const identity = /^[1-9]\d{0,17}$/;

/**
 * The dead letters that a form or an address names, each once.
 * @throws InvalidInputError for none, too many, or what isn't an id
 */
export function readLetterIds(fields: URLSearchParams): readonly string[] {
  const ids = Array.from(new Set(fields.getAll("id")));
  const wrong = ids.find((id) => !identity.test(id));
  if (wrong !== undefined) throw new InvalidInputError(`${wrong} is not a dead letter's id.`);
  if (ids.length === 0) throw new InvalidInputError("No dead letter is chosen.");
  if (ids.length > mostLetters) throw new InvalidInputError(`More than ${mostLetters} dead letters are chosen.`);
  return ids;
}
