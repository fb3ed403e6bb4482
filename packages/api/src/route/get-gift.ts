import { findGift } from "@gift/core/gift/find";
import { Elysia } from "elysia";
import { clientOf } from "../access/caller.ts";
import type { Dependencies } from "../dependencies.ts";
import { InvalidRequestError } from "../error/request-error.ts";
import { giftIdProblem, parseGiftId } from "../input/gift-id.ts";
import { errorResponses } from "../schema/error-body.schema.ts";

/** `GET /gifts/{gift_id}` */
export function getGiftRoute({ db }: Dependencies) {
  return new Elysia().get(
    "/gifts/:gift_id",
    async ({ params, request }) => {
      const giftId = parseGiftId(params.gift_id);
      if (giftId === undefined) throw new InvalidRequestError([giftIdProblem]);
      const gift = await findGift(db, giftId, clientOf(request).owner);
      return {
        gift_id: gift.id,
        code: gift.code,
        amount: gift.amount,
        message: gift.message,
        status: gift.status,
        last_error: gift.lastError,
        created_at: gift.createdAt.toISOString(),
        updated_at: gift.updatedAt.toISOString(),
      };
    },
    { response: errorResponses },
  );
}
