/** What a caller can do about an error; each edge maps these once (`codeOfKind` in the API). */
export type ErrorKind = "not-found" | "conflict";

/** An error of the domain: a stable code, a kind, and facts in its message that may be shown to a client. */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
}
