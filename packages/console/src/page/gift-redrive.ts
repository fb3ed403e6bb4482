import { redriveGift } from "@gift/core/dead-letter/redrive";
import { findGift } from "@gift/core/gift/find";
import type { Dependencies } from "../dependencies.ts";
import { pageAnswer, redirectAnswer } from "../http/answer.ts";
import type { Route } from "../http/route.ts";
import { PageError } from "../page-error.ts";
import { confirmationPage } from "../view/confirmation.ts";
import { documentOf } from "../view/document.ts";
import { readBy } from "./by.ts";
import { requireGiftId } from "./gift.ts";

/** `GET /gifts/:id/redrive`: asks. After a permanent error there is no dead letter to redrive, only the gift. */
export function confirmGiftRedriveRoute({ db, stage }: Dependencies): Route {
  return {
    method: "GET",
    path: "/gifts/:id/redrive",
    async handle({ params, visitor }) {
      const gift = await findGift(db, requireGiftId(params.id), "anybody");
      if (gift.status !== "FAILED") throw notFailed(gift.status);
      const consequences = [
        "The gift goes from FAILED to QUEUED under a new request id, and a worker sends it again.",
        "The provider is given a new idempotency key, after it was asked about the earlier ones.",
        `It failed with ${gift.lastError}. If that hasn't been mended, it fails again.`,
        "An open dead letter of this send is closed as REDRIVEN.",
      ];
      const [action, back] = [`/gifts/${gift.id}/redrive`, `/gifts/${gift.id}`];
      const title = `Redrive gift ${gift.id}?`;
      const body = confirmationPage({ title, consequences, action, back, ids: [], yes: "Redrive", visitor });
      return pageAnswer(documentOf({ title, stage, visitor, body }));
    },
  };
}

/** `POST /gifts/:id/redrive`, then back to its story. */
export function giftRedriveRoute({ db, log }: Dependencies): Route {
  return {
    method: "POST",
    path: "/gifts/:id/redrive",
    async handle({ params, form }) {
      const [giftId, operator] = [requireGiftId(params.id), readBy(form)];
      const redriven = await db.transaction().execute((trx) => redriveGift(trx, { giftId, operator }));
      if (!redriven) throw notFailed((await findGift(db, giftId, "anybody")).status);
      const fields = { operator, gift_id: giftId, request_id: redriven.requestId };
      log("gift.redriven", fields);
      for (const id of redriven.deadLetterIds) log("dead_letter.redriven", { ...fields, dead_letter_id: id });
      return redirectAnswer(`/gifts/${giftId}`);
    },
  };
}

function notFailed(status: string): PageError {
  return new PageError(409, `The gift is ${status}; only a FAILED gift can be redriven. Nothing was changed.`);
}
