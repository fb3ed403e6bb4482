import { InvalidInputError } from "../page-error.ts";

/**
 * Who does it, for the audit.
 * @throws InvalidInputError unless it is a name of at most 100 characters
 */
export function readBy(form: URLSearchParams): string {
  const by = (form.get("by") ?? "").trim();
  if (by === "" || Array.from(by).length > 100 || /\p{Cc}/u.test(by))
    throw new InvalidInputError("Say who does it, in at most 100 characters: it is recorded.");
  return by;
}
