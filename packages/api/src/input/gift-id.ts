import { parseGiftId as readGiftId } from "@gift/core/gift/gift-id";

/** What a malformed gift id is told. */
export const giftIdProblem = "gift_id: must be a UUID";

/**
 * A gift id from a path.
 * @param text the segment, or null: what Elysia makes of one that can't be decoded, whatever its types say
 * @returns in lower case, as it is stored and sent in messages; undefined when it isn't a UUID
 */
export function parseGiftId(text: string | null): string | undefined {
  return readGiftId(text ?? "");
}
