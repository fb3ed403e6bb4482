import { createGiftBatch } from "@gift/core/gift/create";
import { parseTestValue } from "@gift/core/gift/test-value";
import { Elysia, status } from "elysia";
import { clientOf } from "../access/caller.ts";
import type { Dependencies } from "../dependencies.ts";
import { InvalidRequestError } from "../error/request-error.ts";
import { jsonBody } from "../input/json-body.ts";
import { requestIdField } from "../input/request-id.ts";
import { errorResponses } from "../schema/error-body.schema.ts";
import { createGiftBody } from "../schema/gift.schema.ts";

/** `POST /gifts` */
export function createGiftRoute({ db, log, areTestValuesAllowed }: Dependencies) {
  const createGift = createGiftBatch(db);
  return new Elysia().post(
    "/gifts",
    async ({ body, request, set }) => {
      const { amount, message = null } = body;
      if (!areTestValuesAllowed && parseTestValue(message))
        throw new InvalidRequestError(["message: is a test value, and this stage refuses test values"]);
      const { clientId } = clientOf(request);
      const gift = await createGift({ amount, message, clientId });
      log("gift.created", {
        gift_id: gift.id,
        ...requestIdField(request),
        ...(clientId !== null && { client_id: clientId }),
      });
      set.headers.location = `/gifts/${gift.id}`;
      return status(201, {
        gift_id: gift.id,
        code: gift.code,
        status: gift.status,
        created_at: gift.createdAt.toISOString(),
      });
    },
    { ...jsonBody(createGiftBody), response: errorResponses },
  );
}
