import { deadLetterStates, errorCodePattern } from "@gift/core/dead-letter/dead-letter";
import type { DeadLetterFilter } from "@gift/core/dead-letter/find";
import { parseGiftId } from "@gift/core/gift/gift-id";
import { InvalidInputError } from "../page-error.ts";

/** A filter of dead letters as the page's address has it. */
export interface DeadLetterQuery extends Pick<DeadLetterFilter, "state" | "errorCode" | "giftId"> {
  /** Itself, for the address of another page. */
  text(): string;
}

const codeShape = new RegExp(errorCodePattern);

/**
 * Reads a filter from a page's address.
 * @throws InvalidInputError naming what is malformed: leaving it out would select more than was meant
 */
export function readDeadLetterQuery(params: URLSearchParams): DeadLetterQuery {
  const given = (name: string) => params.get(name)?.trim() || undefined;
  const [state = "OPEN", errorCode, gift] = [given("state"), given("error_code"), given("gift")];
  const known = deadLetterStates.find((one) => one === state);
  if (!known && state !== "ANY") throw new InvalidInputError(`There is no state ${state}.`);
  const giftId = gift === undefined ? undefined : parseGiftId(gift);
  if (gift !== undefined && giftId === undefined)
    throw new InvalidInputError(`${gift} is not a gift's id: it is a UUID.`);
  if (errorCode !== undefined && !codeShape.test(errorCode))
    throw new InvalidInputError(`${errorCode} is not an error code like PROVIDER_REFUSED.`);
  const query = new URLSearchParams({
    state,
    ...(errorCode !== undefined && { error_code: errorCode }),
    ...(giftId !== undefined && { gift: giftId }),
  });
  return { state: known, errorCode, giftId, text: () => query.toString() };
}
