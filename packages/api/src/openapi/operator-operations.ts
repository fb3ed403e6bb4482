import { usualRatePerSecond } from "@gift/core/dead-letter/one-by-one";
import { deadLetterId, listQuery } from "../schema/dead-letter.schema.ts";
import { errorResponsesOf } from "./error-response.ts";
import { json } from "./json-response.ts";

const selection = {
  required: true,
  content: {
    "application/json": {
      schema: { $ref: "#/components/schemas/DeadLetterSelection" },
      example: { filter: { created_after: "2026-01-31T08:00:00Z" }, limit: 50, dry_run: true },
    },
  },
};

const changeResponses = {
  200: json("DeadLetterChanges", "What became of each dead letter, or would become of it."),
  ...errorResponsesOf("UNSUPPORTED_MEDIA_TYPE"),
};

export const listDeadLetters = {
  operationId: "listDeadLetters",
  tags: ["Operator"],
  summary: "List dead letters, oldest first",
  parameters: Object.entries(listQuery.properties).map(([name, schema]) => ({
    ...{ name, in: "query", required: false, schema },
  })),
  responses: {
    200: json("DeadLetterPage", "A page; `next` leads to the one after it."),
    ...errorResponsesOf(),
  },
};

export const showDeadLetter = {
  operationId: "showDeadLetter",
  tags: ["Operator"],
  summary: "Read a dead letter, its message included",
  parameters: [{ name: "dead_letter_id", in: "path", required: true, schema: deadLetterId }],
  responses: {
    200: json("DeadLetter", "The dead letter as it is now."),
    ...errorResponsesOf("NOT_FOUND"),
  },
};

export const redriveDeadLetters = {
  operationId: "redriveDeadLetters",
  tags: ["Operator"],
  summary: "Send the gifts of dead letters again",
  description:
    `Either the dead letters with these ids, or the oldest OPEN ones that pass a filter, at ${usualRatePerSecond} a second. ` +
    "Each in a transaction of its own: FAILED → QUEUED under a new request id. Doing it twice changes nothing the second " +
    "time. `dry_run` tells what would be done.",
  requestBody: selection,
  responses: changeResponses,
};

export const discardDeadLetters = {
  operationId: "discardDeadLetters",
  tags: ["Operator"],
  summary: "Close dead letters without sending their gifts again",
  description:
    "Selected as for a redrive. The gifts stay as they are, and a discarded dead letter can't be opened again.",
  requestBody: selection,
  responses: changeResponses,
};
