/** What a gift's id is: a UUID in lower case, as Postgres writes it and messages carry it. */
export const giftIdPattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

const shape = new RegExp(giftIdPattern);

/**
 * A gift id as somebody has written it.
 * @param text in either case
 * @returns in lower case; undefined when it isn't a UUID
 */
export function parseGiftId(text: string): string | undefined {
  const id = text.toLowerCase();
  return shape.test(id) ? id : undefined;
}
