/** Visible ASCII, 1 to 255 characters: what fits the column and survives logs, headers and SQS unescaped. */
export const idempotencyKeyPattern = "^[\\x21-\\x7e]{1,255}$";

const idempotencyKey = new RegExp(idempotencyKeyPattern);

/**
 * The idempotency key in a header's value, without the one pair of quotes that the IETF draft
 * (draft-ietf-httpapi-idempotency-key-header-07, structured-field string) puts around it.
 * @param header the raw value, or null when the header is missing
 * @returns the key, or undefined when it is missing or malformed
 */
export function parseIdempotencyKey(header: string | null): string | undefined {
  if (header === null) return undefined;
  const isQuoted = header.length >= 2 && header.startsWith('"') && header.endsWith('"');
  const key = isQuoted ? header.slice(1, -1) : header;
  return idempotencyKey.test(key) ? key : undefined;
}
