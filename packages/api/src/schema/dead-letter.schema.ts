import { deadLetterIdPattern, deadLetterStates, errorCodePattern } from "@gift/core/dead-letter/dead-letter";
import { fingerprintPattern } from "@gift/core/dead-letter/fingerprint";
import { usualRatePerSecond } from "@gift/core/dead-letter/one-by-one";
import { giftIdPattern } from "@gift/core/gift/gift-id";
import { Kind, Type, TypeRegistry } from "@sinclair/typebox";

/** RFC 3339, with its zone: an operator's machine and the service rarely share one. */
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

TypeRegistry.Set("IsoTime", (_schema, value) => {
  return typeof value === "string" && isoTime.test(value) && !Number.isNaN(Date.parse(value));
});

const time = Type.Unsafe<string>({
  [Kind]: "IsoTime",
  type: "string",
  format: "date-time",
  description: "a time with its zone, as 2026-01-31T08:00:00Z",
});

export const deadLetterId = Type.String({
  pattern: deadLetterIdPattern,
  description: "the number of a dead letter, as text",
});

const giftId = Type.String({
  pattern: giftIdPattern,
  description: "the UUID of a gift, in lower case",
});

/** What narrows a selection; all that are given must hold. */
const filterFields = {
  gift_id: Type.Optional(giftId),
  error_code: Type.Optional(Type.String({ pattern: errorCodePattern, description: "a code, as PROVIDER_FAILED" })),
  fingerprint: Type.Optional(
    Type.String({ pattern: fingerprintPattern, description: "12 hexadecimal digits: an error_fingerprint" }),
  ),
  created_after: Type.Optional(time),
  created_before: Type.Optional(time),
};

export const listQuery = Type.Object(
  {
    state: Type.Optional(
      Type.String({
        pattern: `^(${deadLetterStates.join("|")}|ANY)$`,
        default: "OPEN",
        description: `one of ${deadLetterStates.join(", ")} and ANY`,
      }),
    ),
    ...filterFields,
    after: Type.Optional(deadLetterId),
    // Of a query, where everything is text.
    limit: Type.Optional(
      Type.String({ pattern: "^([1-9][0-9]?|100)$", default: "50", description: "a whole number from 1 to 100" }),
    ),
  },
  { additionalProperties: false },
);

/** One request's worth: it is answered within 2 s. */
export const mostAtOnce = 2 * usualRatePerSecond;

export const selectionBody = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(deadLetterId, { minItems: 1, maxItems: mostAtOnce, description: `1 to ${mostAtOnce} ids` }),
    ),
    filter: Type.Optional(
      Type.Object(filterFields, {
        additionalProperties: false,
        description: "conditions that OPEN dead letters must meet",
      }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: mostAtOnce, description: `an integer from 1 to ${mostAtOnce}` }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: "true or false" })),
  },
  { additionalProperties: false, description: "an object with either ids or a filter" },
);

export const deadLetter = Type.Object({
  dead_letter_id: deadLetterId,
  message_id: Type.String({ description: "of SQS" }),
  queue: Type.String(),
  body: Type.String(),
  attributes: Type.Record(Type.String(), Type.String()),
  receive_count: Type.Integer(),
  gift_id: Type.Union([Type.String(), Type.Null()]),
  request_id: Type.Union([Type.String(), Type.Null()]),
  error: Type.String({ description: "`CODE: message`: why it is here" }),
  error_fingerprint: Type.Union([Type.String(), Type.Null()], { description: "the same for the same error" }),
  state: Type.String({ enum: [...deadLetterStates] }),
  redrive_request_id: Type.Union([Type.String(), Type.Null()]),
  resolved_by: Type.Union([Type.String(), Type.Null()], { description: "who redrove or discarded it" }),
  resolved_at: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String({ format: "date-time" }),
});

export const deadLetterPage = Type.Object({
  dead_letters: Type.Array(deadLetter),
  next: Type.Union([deadLetterId, Type.Null()], { description: "`after` of the next page; null on the last one" }),
});

export const deadLetterChanges = Type.Object({
  dry_run: Type.Boolean(),
  selected: Type.Integer(),
  changed: Type.Integer({ description: "how many had the outcome asked for" }),
  results: Type.Array(
    Type.Object({
      dead_letter_id: deadLetterId,
      outcome: Type.String({ enum: ["redriven", "discarded", "resolved_before", "not_failed", "not_found"] }),
      request_id: Type.Optional(Type.String({ description: "the new send request of a redrive" })),
    }),
  ),
});
