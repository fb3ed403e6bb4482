import type { Dependencies } from "../dependencies.ts";
import { pageAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { confirmationPage } from "../view/confirmation.ts";
import { documentOf } from "../view/document.ts";
import { outcomePage } from "../view/outcome.ts";
import { readBy } from "./by.ts";
import { changeDeadLetters } from "./change-dead-letters.ts";
import { chosenDeadLetters } from "./chosen-dead-letters.ts";
import { readDeadLetterIds } from "./dead-letter-ids.ts";

const section = "/dead-letters";

const consequences = [
  "Nothing is sent: each is closed as DISCARDED and leaves the list of open ones.",
  "Their gifts stay as they are. One that is FAILED can still be redriven from its own page.",
  "A discarded dead letter is kept for the audit and can't be opened again.",
];

/** `GET /dead-letters/discard`: says what would happen, and asks. */
export function confirmDiscardRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/dead-letters/discard",
    async handle({ url, visitor }) {
      const ids = await chosenDeadLetters(db, url.searchParams);
      const title = ids.length === 1 ? `Discard dead letter ${ids[0]}?` : `Discard ${ids.length} dead letters?`;
      const question = { title, consequences, ids, yes: "Discard for good", isFinal: true, visitor };
      const body = confirmationPage({ ...question, action: "/dead-letters/discard", back: section });
      return pageAnswer(documentOf({ title, stage, visitor, section, body }));
    },
  };
}

/** `POST /dead-letters/discard`: does it, and says what became of each. */
export function discardRoute(dependencies: Dependencies): Route {
  return {
    method: "POST",
    path: "/dead-letters/discard",
    async handle({ form, visitor }) {
      const change = { action: "discard", ids: readDeadLetterIds(form), operator: readBy(form) } as const;
      const body = outcomePage("discard", await changeDeadLetters(dependencies, change));
      return pageAnswer(documentOf({ title: "Discarded", stage: dependencies.stage, visitor, section, body }));
    },
  };
}
