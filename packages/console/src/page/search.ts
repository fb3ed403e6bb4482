import { isDatabaseBusy } from "@gift/core/database/unavailable";
import { findGift } from "@gift/core/gift/find";
import type { Gift } from "@gift/core/gift/gift";
import { GiftNotFoundError } from "@gift/core/gift/gift.errors";
import { parseGiftId } from "@gift/core/gift/gift-id";
import { findGiftsByRequest } from "@gift/core/send-request/find-gifts";
import { idempotencyKeyPattern } from "@gift/core/send-request/idempotency-key";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer, redirectAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { PageError } from "../page-error.ts";
import { documentOf } from "../view/document.ts";
import { giftListPage, nothingFoundPage } from "../view/gift-list.ts";

const mostFound = 50;

const idempotencyKey = new RegExp(idempotencyKeyPattern);

/** `GET /search?q=`: a gift by its id, or those sent under a request id, which may look like one. */
export function searchRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/search",
    async handle({ url, visitor }) {
      const query = (url.searchParams.get("q") ?? "").trim();
      const gifts = (await giftById(db, query)) ?? (await giftsByRequest(db, query));
      const [only, another] = gifts;
      if (only && !another) return redirectAnswer(`/gifts/${only.id}`);
      const isEmpty = gifts.length === 0;
      const title = `Gifts sent under ${query}`;
      const body = isEmpty ? nothingFoundPage(query) : giftListPage(title, gifts, mostFound);
      return pageAnswer(documentOf({ title: "Search", stage, visitor, query, body }), isEmpty ? 404 : 200);
    },
  };
}

async function giftById(db: Dependencies["db"], query: string): Promise<Gift[] | undefined> {
  const id = parseGiftId(query);
  if (id === undefined) return undefined;
  try {
    return [await findGift(db, id, "anybody")];
  } catch (err) {
    if (err instanceof GiftNotFoundError) return undefined;
    throw err;
  }
}

/** What the API takes as a key; anything else is nobody's. */
async function giftsByRequest(db: Dependencies["db"], requestId: string): Promise<Gift[]> {
  if (!idempotencyKey.test(requestId)) return [];
  try {
    return await findGiftsByRequest(db, { requestId, limit: mostFound });
  } catch (err) {
    if (!isDatabaseBusy(err)) throw err;
    throw new PageError(503, "There are too many requests to look through here: search the logs for the request id.");
  }
}
