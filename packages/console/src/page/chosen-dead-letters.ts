import { listDeadLetterIds } from "@gift/core/dead-letter/find";
import type { Dependencies } from "../dependencies.ts";
import { InvalidInputError } from "../page-error.ts";
import { mostDeadLetters, readDeadLetterIds } from "./dead-letter-ids.ts";
import { readDeadLetterQuery } from "./dead-letter-query.ts";

/**
 * The dead letters that a question is about: one by its id, or the oldest open ones of a filter. Their ids go into the
 * form, so that dead letters which arrive meanwhile aren't touched by an answer that was given before.
 * @param params of the page's own links, which say which they mean; an address without its end must not mean all
 * @throws InvalidInputError when there are none, or it isn't said which
 */
export async function chosenDeadLetters(db: Dependencies["db"], params: URLSearchParams): Promise<readonly string[]> {
  if (params.has("id")) return readDeadLetterIds(params);
  const { errorCode, giftId } = readDeadLetterQuery(params);
  if (params.get("state") !== "OPEN")
    throw new InvalidInputError(
      "This address doesn't say which. Choose under Dead letters: one, or all open ones of a filter.",
    );
  const ids = await listDeadLetterIds(db, { state: "OPEN", errorCode, giftId, limit: mostDeadLetters });
  if (ids.length === 0) throw new InvalidInputError("No open dead letter matches any more.");
  return ids;
}
