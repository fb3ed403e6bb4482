import { type RawBuilder, sql } from "kysely";

/** An error that nobody has seen for so long is new again. */
export const fingerprintMemoryDays = 30;

/**
 * What differs between two errors of one kind, and what takes its place; applied in this order. A word with a digit in
 * it is taken for an id or a number, with the dots and colons of addresses and times: UUIDs, order-1042, 10.0.0.7:5432.
 * An apostrophe inside a word (didn't) quotes nothing.
 */
const variable = [
  { pattern: String.raw`"[^"]*"|\`[^\`]*\`|(?<!\w)'[^']*'(?!\w)`, stands: "'…'" },
  { pattern: String.raw`[^\s@]+@[^\s@]+`, stands: "…@…" },
  { pattern: String.raw`[\w-]*\d[\w-]*(?:[.:,][\w-]*\d[\w-]*)*`, stands: "#" },
  { pattern: String.raw`\s+`, stands: " " },
] as const;

/**
 * An error without what differs from one dead letter to the next; its code stays as it is. In SQL, because an error is
 * known only inside the statement that records it.
 * @param error `CODE: message`
 */
export function normalizedError(error: RawBuilder<string>): RawBuilder<string> {
  const message = sql<string>`substr(${error}, length(split_part(${error}, ': ', 1)) + 1)`;
  const plain = variable.reduce(
    (text, { pattern, stands }) => sql`regexp_replace(${text}, ${pattern}, ${stands}, 'g')`,
    message,
  );
  return sql`split_part(${error}, ': ', 1) || ${plain}`;
}

export const fingerprintPattern = "^[0-9a-f]{12}$";

/** Twelve hexadecimal digits that stand for a normalized error: short enough for a command line and a chat message. */
export function fingerprintOf(normalized: RawBuilder<string>): RawBuilder<string> {
  return sql`left(encode(sha256(convert_to(${normalized}, 'UTF8')), 'hex'), 12)`;
}
