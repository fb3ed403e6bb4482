import { SendConflictError } from "@gift/core/gift/gift.errors";
import type { SendRequest } from "@gift/core/gift/request-send";
import { createRequestSendBatch } from "@gift/core/gift/request-send-batch";
import { withLogContext } from "@gift/telemetry/log-context";
import { traceAttributes } from "@gift/telemetry/trace";
import { Elysia, status } from "elysia";
import { clientOf } from "../access/caller.ts";
import type { Dependencies } from "../dependencies.ts";
import { InvalidRequestError } from "../error/request-error.ts";
import { giftIdProblem, parseGiftId } from "../input/gift-id.ts";
import { requestIdOf, requestIdProblem } from "../input/request-id.ts";
import { errorResponses } from "../schema/error-body.schema.ts";
import { readSendResponse } from "../send-response.ts";

/**
 * How long a committed message is this process's alone to publish. A publish takes milliseconds; what a crash leaves
 * behind should not wait longer than a client waits for anything.
 */
const leaseSeconds = 5;

/** `POST /gifts/{gift_id}/send` */
export function sendGiftRoute({ db, dispatcher, log }: Dependencies) {
  const requestSend = createRequestSendBatch(db);

  async function send(request: Pick<SendRequest, "giftId" | "owner" | "requestId">) {
    try {
      const attributes = traceAttributes();
      const leaseEndsAt = performance.now() + leaseSeconds * 1_000;
      const outcome = await requestSend({ ...request, leaseSeconds, attributes });
      log(`send.${outcome.kind}`);
      if (outcome.kind === "accepted") dispatcher.add(outcome.message, leaseEndsAt);
      return outcome;
    } catch (err) {
      if (err instanceof SendConflictError) log("send.conflicted", { gift_status: err.status });
      throw err;
    }
  }

  return new Elysia().post(
    "/gifts/:gift_id/send",
    async ({ params, request, set }) => {
      const { giftId, requestId } = parseSend(params.gift_id, request);
      const { owner } = clientOf(request);
      const context = { gift_id: giftId, request_id: requestId };
      const outcome = await withLogContext(context, () => send({ giftId, owner, requestId }));
      const body = readSendResponse(outcome.responseBody);
      if (outcome.kind === "accepted") return status(202, body);
      set.headers["idempotent-replayed"] = "true";
      return status(200, body);
    },
    // Not used, but read: a body that breaks must not be answered with a 400 after its send was accepted.
    { parse: "text", response: errorResponses },
  );
}

/** Names both when both are wrong. */
function parseSend(pathId: string, request: Request): { giftId: string; requestId: string } {
  const giftId = parseGiftId(pathId);
  const requestId = requestIdOf(request);
  if (giftId !== undefined && requestId !== undefined) return { giftId, requestId };
  throw new InvalidRequestError([
    ...(giftId === undefined ? [giftIdProblem] : []),
    ...(requestId === undefined ? [requestIdProblem(request)] : []),
  ]);
}
