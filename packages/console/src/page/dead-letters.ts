import { listDeadLetters } from "@gift/core/dead-letter/find";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { documentOf } from "../view/document.ts";
import { letterListPage } from "../view/letter-list.ts";
import { readLetterFilter } from "./letter-filter.ts";
import { mostLetters } from "./letter-ids.ts";

/** `GET /dead-letters`: those that a filter lets through, oldest first. */
export function deadLettersRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/dead-letters",
    async handle({ url, visitor }) {
      const filter = readLetterFilter(url.searchParams);
      const { state, errorCode, giftId } = filter;
      const found = await listDeadLetters(db, { state, errorCode, giftId, limit: mostLetters + 1 });
      const letters = found.slice(0, mostLetters);
      const body = letterListPage({ filter, letters, hasMore: found.length > letters.length });
      return pageAnswer(documentOf({ title: "Dead letters", stage, visitor, section: "/dead-letters", body }));
    },
  };
}
