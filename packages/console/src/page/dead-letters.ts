import { listDeadLetters } from "@gift/core/dead-letter/find";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { deadLetterListPage } from "../view/dead-letter-list.ts";
import { documentOf } from "../view/document.ts";
import { mostDeadLetters } from "./dead-letter-ids.ts";
import { readDeadLetterQuery } from "./dead-letter-query.ts";

/** `GET /dead-letters`: those that a filter lets through, oldest first. */
export function deadLettersRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/dead-letters",
    async handle({ url, visitor }) {
      const filter = readDeadLetterQuery(url.searchParams);
      const { state, errorCode, giftId } = filter;
      const found = await listDeadLetters(db, { state, errorCode, giftId, limit: mostDeadLetters + 1 });
      const letters = found.slice(0, mostDeadLetters);
      const body = deadLetterListPage({ filter, letters, hasMore: found.length > letters.length });
      return pageAnswer(documentOf({ title: "Dead letters", stage, visitor, section: "/dead-letters", body }));
    },
  };
}
