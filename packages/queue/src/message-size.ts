/** SQS takes at most 1 MiB per call, bodies and attributes together (a single message may be as large). */
export const mostBytes = 1_048_576;

/** The bytes SQS counts: the body, and each attribute's name, type and value. */
export function byteLengthOf(message: { body: string; attributes?: Readonly<Record<string, string>> }): number {
  let bytes = Buffer.byteLength(message.body);
  for (const [name, value] of Object.entries(message.attributes ?? {}))
    bytes += Buffer.byteLength(name) + "String".length + Buffer.byteLength(value);
  return bytes;
}

/** Splits items, in order, into parts of at most 1 MiB. One that is larger stays alone, for SQS to refuse. */
export function splitBySize<Item>(items: readonly Item[], sizeOf: (item: Item) => number): Item[][] {
  const parts: Item[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = sizeOf(item);
    if (bytes + size > mostBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(item);
    bytes += size;
  }
  return parts;
}
