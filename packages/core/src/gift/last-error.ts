import { toStorableText } from "../database/storable-text.ts";

/** What went wrong in one attempt, as operators and clients read it: no stack, no personal data. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

const mostCharacters = 1_000;

/**
 * A failure as the columns hold it; every part is cut to `last_error`'s 1,000 characters.
 * @param failure code and message, whatever they contain
 * @returns code and message for the attempt, and `CODE: message` for the gift
 */
export function toStorableFailure(failure: Failure): Failure & { readonly lastError: string } {
  return {
    code: toStorableText(failure.code, mostCharacters),
    message: toStorableText(failure.message, mostCharacters),
    lastError: toStorableText(`${failure.code}: ${failure.message}`, mostCharacters),
  };
}
