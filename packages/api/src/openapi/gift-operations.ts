import { idempotencyKeyPattern } from "@gift/core/send-request/idempotency-key";
import { errorResponsesOf } from "./error-response.ts";
import { location, replayed } from "./header.ts";
import { json } from "./json-response.ts";

const giftId = { name: "gift_id", in: "path", required: true, schema: { type: "string", format: "uuid" } };

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  description:
    "Chosen by the client, one per send it means: 1 to 255 visible ASCII characters. One pair of surrounding quotes is removed. It becomes the `request_id`.",
  schema: { type: "string", pattern: idempotencyKeyPattern },
  example: "order-1042",
};

export const createGift = {
  operationId: "createGift",
  tags: ["Gifts"],
  summary: "Create a gift",
  description: "Gives the gift its id and its unguessable code. Each call creates another gift.",
  requestBody: {
    required: true,
    content: {
      "application/json": {
        schema: { $ref: "#/components/schemas/CreateGift" },
        example: { amount: 2500, message: "Happy birthday 🎁" },
      },
    },
  },
  responses: {
    201: {
      ...json("CreatedGift", "The gift is created."),
      headers: location,
    },
    ...errorResponsesOf("UNSUPPORTED_MEDIA_TYPE"),
  },
};

export const sendGift = {
  operationId: "sendGift",
  tags: ["Gifts"],
  summary: "Ask for a gift to be sent",
  description:
    "The send itself is asynchronous: read the gift to follow it. The same key may be sent again at any later time and is answered with the first response's body; nothing is sent twice.",
  parameters: [giftId, idempotencyKey],
  responses: {
    200: {
      ...json("AcceptedSend", "A replay: accepted before, under this key."),
      headers: replayed,
    },
    202: json("AcceptedSend", "Accepted: the gift is QUEUED, and the request can't be lost any more."),
    ...errorResponsesOf("NOT_FOUND", "CONFLICT"),
  },
};

export const getGift = {
  operationId: "getGift",
  tags: ["Gifts"],
  summary: "Read a gift",
  parameters: [giftId],
  responses: {
    200: json("Gift", "The gift as it is now."),
    ...errorResponsesOf("NOT_FOUND"),
  },
};
