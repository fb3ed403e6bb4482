import type { Database } from "@gift/core/database/database";
import { discardDeadLetter } from "@gift/core/dead-letter/discard";
import { findDeadLetter } from "@gift/core/dead-letter/find";
import type { Transaction } from "kysely";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { confirmationPage } from "../view/confirmation.ts";
import { documentOf } from "../view/document.ts";
import { type LetterResult, outcomePage } from "../view/outcome.ts";
import { readBy } from "./by.ts";
import { changeLetters } from "./change-letters.ts";
import { chosenLetters } from "./chosen-letters.ts";
import { readLetterIds } from "./letter-ids.ts";

const section = "/dead-letters";

const consequences = [
  "Nothing is sent: each letter is closed as DISCARDED and leaves the list of open ones.",
  "Their gifts stay as they are. One that is FAILED can still be redriven from its own page.",
  "A discarded letter is kept for the audit and can't be opened again.",
];

/** `GET /dead-letters/discard`: says what would happen, and asks. */
export function confirmDiscardRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/dead-letters/discard",
    async handle({ url, visitor }) {
      const ids = await chosenLetters(db, url.searchParams);
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
      const [ids, by] = [readLetterIds(form), readBy(form)];
      const results = await changeLetters(dependencies, { ids, by, change: (trx, id) => discardOne(trx, id, by) });
      const body = outcomePage("discarded", results);
      return pageAnswer(documentOf({ title: "Discarded", stage: dependencies.stage, visitor, section, body }));
    },
  };
}

async function discardOne(trx: Transaction<Database>, id: string, operator: string): Promise<Omit<LetterResult, "id">> {
  if (await discardDeadLetter(trx, { id, operator })) return { outcome: "discarded" };
  await findDeadLetter(trx, id);
  return { outcome: "resolved before" };
}
