/** What went wrong in one attempt, as operators and clients read it: no stack, no personal data. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/**
 * `CODE: message`, cut to the column's 1,000 characters.
 * @param failure code and message
 */
export function toLastError(failure: Failure): string {
  const text = `${failure.code}: ${failure.message}`.replaceAll("\u0000", "").toWellFormed();
  return Array.from(text).slice(0, 1_000).join("");
}
