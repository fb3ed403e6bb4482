import { errorStatus } from "../error/error-code.ts";
import { deadLetter, deadLetterChanges, deadLetterPage, selectionBody } from "../schema/dead-letter.schema.ts";
import { acceptedSend, createdGift, createGiftBody, gift } from "../schema/gift.schema.ts";
import { createGift, getGift, sendGift } from "./gift-operations.ts";
import { keyed } from "./header.ts";
import { healthz, readyz } from "./health-operations.ts";
import { discardDeadLetters, listDeadLetters, redriveDeadLetters, showDeadLetter } from "./operator-operations.ts";

const error = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: { code: { type: "string", enum: Object.keys(errorStatus) }, message: { type: "string" } },
    },
    request_id: { type: "string", description: "the idempotency key, when there was a valid one" },
  },
};

/**
 * The API as an OpenAPI 3.1 document. Written down and not derived from the routes: @elysiajs/openapi drops the header
 * of an operation that has path parameters, and the body of a route that is parsed as text. A test compares it with the
 * routes both ways, and every answer in the tests with its schemas.
 */
export const openApiDocument = {
  openapi: "3.1.0",
  info: {
    title: "Gift service",
    version: "1.0.0",
    description: "Create gifts and have them sent. JSON only; every error has the same body.",
  },
  // Health operations ask for none, and neither do a client's where its stage says so; an operator's always do.
  security: [{ apiKey: [] }],
  tags: [
    {
      name: "Gifts",
      description: "With a client's key, unless the stage asks for none. Gifts of other clients are not found.",
    },
    { name: "Operator", description: "With an operator's key, on every stage." },
    { name: "Health" },
  ],
  paths: {
    "/gifts": { post: keyed(createGift) },
    "/gifts/{gift_id}": { get: keyed(getGift) },
    "/gifts/{gift_id}/send": { post: keyed(sendGift) },
    "/operator/dead-letters": { get: keyed(listDeadLetters) },
    "/operator/dead-letters/{dead_letter_id}": { get: keyed(showDeadLetter) },
    "/operator/dead-letters/redrive": { post: keyed(redriveDeadLetters) },
    "/operator/dead-letters/discard": { post: keyed(discardDeadLetters) },
    "/healthz": { get: healthz },
    "/readyz": { get: readyz },
  },
  components: {
    securitySchemes: { apiKey: { type: "http", scheme: "bearer", description: "`Authorization: Bearer gift_…`" } },
    schemas: {
      CreateGift: createGiftBody,
      CreatedGift: createdGift,
      Gift: gift,
      AcceptedSend: acceptedSend,
      DeadLetter: deadLetter,
      DeadLetterPage: deadLetterPage,
      DeadLetterSelection: selectionBody,
      DeadLetterChanges: deadLetterChanges,
      Error: error,
    },
  },
};
