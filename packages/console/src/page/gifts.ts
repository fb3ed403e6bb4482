import { listGifts } from "@gift/core/gift/find";
import { giftStatuses } from "@gift/core/gift/gift.state";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { InvalidInputError } from "../page-error.ts";
import { documentOf } from "../view/document.ts";
import { giftListPage } from "../view/gift-list.ts";

const mostListed = 100;

/**
 * `GET /gifts?status=`: the newest gifts of a state. A gift that failed for good at once has no dead letter, but is
 * here.
 */
export function giftsRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/gifts",
    async handle({ url, visitor }) {
      const status = giftStatuses.find((known) => known === url.searchParams.get("status"));
      if (!status) throw new InvalidInputError(`Choose one of the states ${giftStatuses.join(", ")}.`);
      const gifts = await listGifts(db, { status, limit: mostListed });
      const title = `Newest gifts that are ${status}`;
      const body = giftListPage(title, gifts, mostListed);
      return pageAnswer(documentOf({ title, stage, visitor, body }));
    },
  };
}
