import type { Database } from "@gift/core/database/database";
import { type ForeseenRedrive, foreseeRedrive } from "@gift/core/dead-letter/foresee-redrive";
import { redriveDeadLetter } from "@gift/core/dead-letter/redrive";
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

/** `GET /dead-letters/redrive`: says what would happen, and asks. */
export function confirmRedriveRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/dead-letters/redrive",
    async handle({ url, visitor }) {
      const ids = await chosenLetters(db, url.searchParams);
      const foreseen = Array.from((await foreseeRedrive(db, ids)).values());
      const title = ids.length === 1 ? `Redrive dead letter ${ids[0]}?` : `Redrive ${ids.length} dead letters?`;
      const question = { title, consequences: consequencesOf(foreseen), ids, yes: "Redrive", visitor };
      const body = confirmationPage({ ...question, action: "/dead-letters/redrive", back: section });
      return pageAnswer(documentOf({ title, stage, visitor, section, body }));
    },
  };
}

/** `POST /dead-letters/redrive`: does it, and says what became of each. */
export function redriveRoute(dependencies: Dependencies): Route {
  return {
    method: "POST",
    path: "/dead-letters/redrive",
    async handle({ form, visitor }) {
      const [ids, by] = [readLetterIds(form), readBy(form)];
      const results = await changeLetters(dependencies, { ids, by, change: (trx, id) => redriveOne(trx, id, by) });
      const body = outcomePage("redriven", results);
      return pageAnswer(documentOf({ title: "Redriven", stage: dependencies.stage, visitor, section, body }));
    },
  };
}

async function redriveOne(trx: Transaction<Database>, id: string, operator: string): Promise<Omit<LetterResult, "id">> {
  const outcome = await redriveDeadLetter(trx, { id, operator });
  if (outcome.kind === "redriven") return { outcome: "redriven", requestId: outcome.requestId };
  return { outcome: outcome.kind === "not-failed" ? "gift not FAILED" : "resolved before" };
}

function consequencesOf(foreseen: readonly ForeseenRedrive[]): string[] {
  const count = (outcome: ForeseenRedrive) => foreseen.filter((one) => one === outcome).length;
  const [redriven, notFailed, before] = [count("redriven"), count("not-failed"), count("resolved-before")];
  const gifts = redriven === 1 ? "1 gift goes" : `${redriven} gifts go`;
  return [
    redriven > 0
      ? `${gifts} from FAILED to QUEUED under a new request id, and workers send them again, at most 50 a second.`
      : "No gift would be sent again.",
    notFailed > 0 && `${notFailed} can't be redriven: the gift isn't FAILED under that request. Nothing happens to it.`,
    before > 0 && `${before} ${before === 1 ? "was" : "were"} resolved before. Nothing happens to it.`,
    "If the cause hasn't been mended, they fail again and come back as new dead letters.",
    "Doing it twice does no harm: each gift is queued once.",
  ].filter((sentence) => sentence !== false);
}
