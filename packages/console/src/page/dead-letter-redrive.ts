import { type ForeseenRedrive, foreseeRedrive } from "@gift/core/dead-letter/foresee-redrive";
import { usualRatePerSecond } from "@gift/core/dead-letter/one-by-one";
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

/** `GET /dead-letters/redrive`: says what would happen, and asks. */
export function confirmRedriveRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/dead-letters/redrive",
    async handle({ url, visitor }) {
      const ids = await chosenDeadLetters(db, url.searchParams);
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
      const change = { action: "redrive", ids: readDeadLetterIds(form), operator: readBy(form) } as const;
      const body = outcomePage("redrive", await changeDeadLetters(dependencies, change));
      return pageAnswer(documentOf({ title: "Redriven", stage: dependencies.stage, visitor, section, body }));
    },
  };
}

function consequencesOf(foreseen: readonly ForeseenRedrive[]): string[] {
  const count = (outcome: ForeseenRedrive) => foreseen.filter((one) => one === outcome).length;
  const [redriven, notFailed, before] = [count("redriven"), count("not_failed"), count("resolved_before")];
  const gifts = redriven === 1 ? "1 gift goes" : `${redriven} gifts go`;
  return [
    redriven > 0
      ? `${gifts} from FAILED to QUEUED under a new request id, and workers send them again, at most ${usualRatePerSecond} a second.`
      : "No gift would be sent again.",
    notFailed > 0 && `${notFailed} can't be redriven: the gift isn't FAILED under that request. Nothing happens to it.`,
    before > 0 && `${before} ${before === 1 ? "was" : "were"} resolved before. Nothing happens to it.`,
    "If the cause hasn't been mended, they fail again and come back as new dead letters.",
    "Doing it twice does no harm: each gift is queued once.",
  ].filter((sentence) => sentence !== false);
}
