import Fastify, { type FastifyInstance } from "fastify";

/** Accepts a send, with a job for it, in one transaction. */
export type AcceptSend = (giftId: string, requestId: string) => Promise<boolean>;

/** `POST /gifts/{gift_id}/send` as a user of Fastify would write it: JSON schema for input, no log. */
export function createSendApi(accept: AcceptSend): FastifyInstance {
  const app = Fastify();
  // A body of none is what clients send; Fastify has no parser for it under other content types.
  app.post<{ Params: { gift_id: string }; Headers: { "idempotency-key": string } }>(
    "/gifts/:gift_id/send",
    {
      schema: {
        params: { type: "object", properties: { gift_id: { type: "string", format: "uuid" } } },
        headers: {
          type: "object",
          required: ["idempotency-key"],
          properties: { "idempotency-key": { type: "string", minLength: 1, maxLength: 255 } },
        },
      },
    },
    async (request, res) => {
      const { gift_id: giftId } = request.params;
      const requestId = request.headers["idempotency-key"];
      if (!(await accept(giftId, requestId))) return await res.code(409).send({ error: { code: "CONFLICT" } });
      return await res.code(202).send({ gift_id: giftId, status: "QUEUED", request_id: requestId });
    },
  );
  return app;
}
