import { isGiftMessage, maxAmount, maxMessageCharacters } from "@gift/core/gift/gift";
import { giftStatuses } from "@gift/core/gift/gift.state";
import { Kind, Type, TypeRegistry } from "@sinclair/typebox";

/**
 * TypeBox counts UTF-16 units, JSON Schema and Postgres characters: 500 emoji are 1,000 units. So a kind of our own
 * asks the domain, and `maxLength` is there for the reader of the OpenAPI document.
 */
TypeRegistry.Set("GiftMessage", (_schema, value) => typeof value === "string" && isGiftMessage(value));

const message = Type.Unsafe<string>({
  [Kind]: "GiftMessage",
  type: "string",
  maxLength: maxMessageCharacters,
  description: `a string of at most ${maxMessageCharacters} characters, without NUL and lone surrogates`,
});

const giftId = Type.String({ format: "uuid" });
const timestamp = Type.String({ format: "date-time" });
const status = Type.String({ enum: [...giftStatuses] });

export const createGiftBody = Type.Object(
  {
    amount: Type.Integer({ minimum: 1, maximum: maxAmount, description: `an integer from 1 to ${maxAmount}` }),
    message: Type.Optional(message),
  },
  { additionalProperties: false, description: "an object with an amount and, if wanted, a message" },
);

export const createdGift = Type.Object({
  gift_id: giftId,
  code: Type.String({ format: "uuid", description: "unique and unguessable" }),
  status,
  created_at: timestamp,
});

export const gift = Type.Object({
  gift_id: giftId,
  code: Type.String({ format: "uuid" }),
  amount: Type.Integer(),
  message: Type.Union([Type.String(), Type.Null()]),
  status,
  last_error: Type.Union([Type.String({ description: "`CODE: message` of the newest failure" }), Type.Null()]),
  created_at: timestamp,
  updated_at: timestamp,
});

export const acceptedSend = Type.Object({
  gift_id: giftId,
  status: Type.Literal("QUEUED"),
  request_id: Type.String({ description: "the idempotency key" }),
});
